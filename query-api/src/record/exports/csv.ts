import {
  loginName,
  postVersion,
  roomLabel,
  type ExportedRoom,
  type MessageLine,
  type TranscriptLine,
} from './transcript.ts';

/** The columns of Mattermost's compliance export, which the readers of such files expect. */
export const csvColumns = [
  'Post Creation Time',
  'Post Update Time',
  'Post Update Type',
  'Team Id',
  'Team Name',
  'Team Display Name',
  'Channel Id',
  'Channel Name',
  'Channel Display Name',
  'Channel Type',
  'User Id',
  'User Email',
  'Username',
  'Post Id',
  'Edited By Post Id',
  'Replied to Post Id',
  'Post Message',
  'Post Type',
  'User Type',
  'Previews Post Id',
] as const;
type Row = Partial<Record<(typeof csvColumns)[number], string | number>>;

export interface CsvTeam {
  readonly id: string;
  readonly name: string;
}

export const csvHeader = (): string => csvLine(csvColumns.map(String));

/** A row for each version of a message, each deletion and each coming and going, in the order of the log. */
export async function* csvRows(
  team: CsvTeam,
  room: ExportedRoom,
  lines: AsyncIterable<TranscriptLine>,
): AsyncGenerator<string> {
  const where: Row = {
    'Team Id': team.id,
    'Team Name': team.name,
    'Team Display Name': team.name,
    'Channel Id': room.id,
    'Channel Name': roomLabel(room),
    'Channel Display Name': roomLabel(room),
    'Channel Type': room.kind === 'channel' ? room.visibility : room.kind,
    'User Type': 'user',
  };
  for await (const line of lines) {
    const row = { ...where, ...rowOf(line) };
    yield csvLine(csvColumns.map((column) => String(row[column] ?? '')));
  }
}

function rowOf(line: TranscriptLine): Row {
  const person = line.kind === 'presence' ? line.person : line.author;
  const who: Row = {
    'User Id': person.id,
    'User Email': person.email ?? '',
    Username: person.displayName ?? loginName(person),
  };
  if (line.kind === 'message') return { ...who, ...messageColumns(line) };
  const postType = { present: 'previously-joined', entered: 'enter', left: 'leave' }[line.change];
  return { ...who, 'Post Creation Time': line.atMs, 'Post Type': postType };
}

function messageColumns(line: MessageLine): Row {
  const { updateType, postId, newerPostId } = postVersion(line);
  return {
    'Post Creation Time': line.createdAtMs,
    'Post Update Time': line.atMs,
    'Post Update Type': updateType,
    'Post Id': postId,
    'Edited By Post Id': newerPostId,
    'Replied to Post Id': line.replyTo ?? '',
    'Post Message': line.text ?? '',
    'Post Type': 'message',
  };
}

/** RFC 4180. */
function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** A spreadsheet would run what begins like a formula; the apostrophe makes it text, as spreadsheets themselves do. */
function csvCell(text: string): string {
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
