import {
  loginName,
  postVersion,
  roomLabel,
  type ExportedRoom,
  type MessageLine,
  type Person,
  type PresenceLine,
} from './transcript.ts';

/** A room on the way into a file: presence is handed over whole, messages are streamed. */
export interface Conversation {
  readonly room: ExportedRoom;
  readonly startMs: number;
  readonly endMs: number;
  readonly presence: readonly PresenceLine[];
  readonly messages: AsyncIterable<MessageLine>;
}

export const actianceHead =
  '<?xml version="1.0" encoding="UTF-8"?>\n<FileDump xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n';
export const actianceFoot = '</FileDump>\n';

/** One conversation; everyone present at its start gets an Entered, everyone present at its end a Left. */
export async function* actianceConversation(conversation: Conversation): AsyncGenerator<string> {
  const { room, startMs, endMs, presence } = conversation;
  const label = roomLabel(room);
  yield `<Conversation Perspective="${attribute(label)}">\n`;
  yield element('RoomID', `${room.kind} - ${label} - ${room.id}`) + element('StartTimeUTC', startMs);
  for (const { person, change, atMs } of presence)
    if (change !== 'left')
      yield participant('ParticipantEntered', person, change === 'present' ? startMs : atMs);
  for await (const line of conversation.messages) yield message(line);
  for (const { person, atMs } of leavings(presence, endMs))
    yield participant('ParticipantLeft', person, atMs);
  yield `${element('EndTimeUTC', endMs)}</Conversation>\n`;
}

function leavings(presence: readonly PresenceLine[], endMs: number): { person: Person; atMs: number }[] {
  const left = presence.filter(({ change }) => change === 'left');
  const there = new Map<string, Person>();
  for (const { person, change } of presence) {
    if (change === 'left') there.delete(person.id);
    else there.set(person.id, person);
  }
  return [...left, ...[...there.values()].map((person) => ({ person, atMs: endMs }))];
}

function participant(name: string, person: Person, atMs: number): string {
  const fields =
    element('LoginName', loginName(person)) +
    element('UserType', 'user') +
    element('DateTimeUTC', atMs) +
    element('CorporateEmailID', person.email ?? '');
  return `<${name}>\n${fields}</${name}>\n`;
}

function message(line: MessageLine): string {
  const { updateType, postId, newerPostId } = postVersion(line);
  const update =
    updateType === '' ? '' : element('UpdatedType', updateType) + element('UpdatedDateTimeUTC', line.atMs);
  const fields =
    element('MessageId', postId) +
    element('LoginName', loginName(line.author)) +
    element('UserType', 'user') +
    element('DateTimeUTC', line.createdAtMs) +
    update +
    (newerPostId === '' ? '' : element('EditedNewMsgId', newerPostId)) +
    element('Content', line.text ?? '');
  return `<Message>\n${fields}</Message>\n`;
}

const element = (name: string, value: string | number): string =>
  `<${name}>${escaped(String(value))}</${name}>\n`;

/** A parser turns bare line ends in attributes into spaces. */
const attribute = (text: string): string => escaped(text).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML 1.0 cannot hold at all (most control characters) becomes U+FFFD; line ends survive as references. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[&<>"]/g, (character) => named[character] ?? character)
    .replaceAll('\r', '&#13;')
    .replaceAll(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}
