import { createHash } from 'node:crypto';
import { base64Lines, headerText, mailbox } from './mail-encoding.ts';
import { loginName, roomLabel, type ExportedRoom, type Person, type PresenceLine } from './transcript.ts';

/** A message and all that became of it. */
export interface MessageTrail {
  readonly messageId: string;
  readonly author: Person;
  readonly createdAtMs: number;
  /** Oldest first; the first is as it was sent. */
  readonly versions: readonly {
    readonly atMs: number;
    readonly by: Person;
    readonly text: string | null;
    readonly content: 'present' | 'erased' | 'expired';
  }[];
  readonly deleted: { readonly atMs: number; readonly by: Person } | null;
}

/** What was said in a room on one UTC day. */
export interface RoomDay {
  readonly room: ExportedRoom;
  /** `2026-11-22`. */
  readonly day: string;
  readonly presence: readonly PresenceLine[];
  /** People who wrote or were there, with how many messages; the first is the first who did. */
  readonly participants: readonly { readonly person: Person; readonly messages: number }[];
  /** Read twice: for the text and for the HTML. */
  readonly messages: () => AsyncIterable<MessageTrail>;
}

/** One RFC 5322 mail for a room and a day, deleted and edited messages included. */
export async function* mailOf(day: RoomDay): AsyncGenerator<string> {
  const boundary = `=_${sha256(`${day.room.id} ${day.day}`).slice(0, 40)}`;
  yield `${headersOf(day, boundary).join('\r\n')}\r\n\r\n`;
  yield partHead(boundary, 'text/plain');
  yield* base64Lines(textBody(day));
  yield partHead(boundary, 'text/html');
  yield* base64Lines(htmlBody(day));
  yield `\r\n--${boundary}--\r\n`;
}

function headersOf({ room, day, participants }: RoomDay, boundary: string): string[] {
  const boxes = participants.map(({ person }) => mailbox(nameOf(person), person.email, person.id));
  const nobody = mailbox('nobody', null, 'nobody');
  const channelType = room.kind === 'channel' ? room.visibility : room.kind;
  return [
    `From: ${boxes[0] ?? nobody}`,
    `To: ${boxes.length === 0 ? nobody : boxes.join(',\r\n ')}`,
    `Subject: ${headerText(`${roomLabel(room)} on ${day}`)}`,
    `Date: ${new Date(`${day}T23:59:59Z`).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${room.id}.${day}@export.invalid>`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative;\r\n boundary="${boundary}"`,
    'Auto-Submitted: auto-generated',
    'Precedence: bulk',
    `X-Verbatim-ChannelName: ${headerText(roomLabel(room))}`,
    `X-Verbatim-ChannelID: ${room.id}`,
    `X-Verbatim-ChannelType: ${channelType}`,
  ];
}

const partHead = (boundary: string, type: string): string =>
  `\r\n--${boundary}\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n`;

async function* textBody(day: RoomDay): AsyncGenerator<string> {
  yield `${summaryOf(day)}\r\n\r\nParticipants\r\n`;
  for (const { person, messages } of day.participants)
    yield `- ${nameOf(person)} <${loginName(person)}>: ${messages} messages\r\n`;
  for (const { change, person, atMs } of day.presence) yield `- ${iso(atMs)} ${nameOf(person)} ${change}\r\n`;
  yield '\r\nMessages\r\n';
  for await (const trail of day.messages())
    for (const { atMs, who, state, text } of entriesOf(trail))
      yield `\r\n${iso(atMs)} ${who}${state === '' ? '' : ` [${state}]`}\r\n${text.replaceAll(/\r\n|\r|\n/g, '\r\n')}\r\n`;
}

async function* htmlBody(day: RoomDay): AsyncGenerator<string> {
  yield `<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>${html(roomLabel(day.room))}</title></head><body>\n`;
  yield `<p>${html(summaryOf(day))}</p>\n<h2>Participants</h2>\n<table>\n`;
  for (const { person, messages } of day.participants)
    yield row([nameOf(person), loginName(person), `${messages} messages`]);
  for (const { change, person, atMs } of day.presence) yield row([nameOf(person), iso(atMs), change]);
  yield '</table>\n<h2>Messages</h2>\n<table>\n';
  for await (const trail of day.messages())
    for (const { atMs, who, state, text } of entriesOf(trail)) yield row([iso(atMs), who, state, text]);
  yield '</table>\n</body></html>\n';
}

/** Every version, and the deletion, one after the other. */
function entriesOf({ author, createdAtMs, versions, deleted }: MessageTrail) {
  const entries = versions.map(({ atMs, by, text, content }, index) => {
    const marks = [
      index > 0 ? `edited by ${nameOf(by)}` : '',
      index < versions.length - 1 ? 'edited later' : '',
      content === 'present' ? '' : content,
    ];
    const state = marks.filter((mark) => mark !== '').join(', ');
    return { atMs: index === 0 ? createdAtMs : atMs, who: nameOf(author), state, text: text ?? '' };
  });
  if (deleted === null) return entries;
  return [
    ...entries,
    { atMs: deleted.atMs, who: nameOf(author), state: `deleted by ${nameOf(deleted.by)}`, text: '' },
  ];
}

function summaryOf({ room, day, participants }: RoomDay): string {
  const messages = participants.reduce((sum, participant) => sum + participant.messages, 0);
  return `${roomLabel(room)} (${room.kind} ${room.id}) on ${day}, UTC: ${messages} messages by or before ${participants.length} people.`;
}

const nameOf = (person: Person): string => person.displayName ?? person.id;
const iso = (ms: number): string => new Date(ms).toISOString();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const row = (cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<td style="white-space: pre-wrap">${html(cell)}</td>`).join('')}</tr>\n`;

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const html = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (character) => named[character] ?? character);
