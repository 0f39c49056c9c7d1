import { Api } from '../browser/api.ts';
import type { Person } from '../browser/person.ts';

/** What is said in the workspace of the pictures, by author. */
const conversation: readonly (readonly ['ada' | 'grace', string])[] = [
  [
    'ada',
    'Morning. The incident review is at 10, notes are in the [runbook](https://example.org/runbooks/41207).',
  ],
  ['grace', 'I will bring the **latency numbers**. p99 was 48 ms before the restart, 12 ms after.'],
  [
    'grace',
    'The change that did it:\n```ts\n// A frame is serialised once; every socket gets the same bytes.\nexport const serialise = (frame: Frame): Uint8Array => encode(frame);\n```',
  ],
  ['ada', 'Reads well. One question: what happens to a socket that cannot keep up?'],
  ['grace', 'It is cut, and resumes from its last `seq`. Nothing is lost, nothing comes twice.'],
  ['ada', '> Nothing is lost\n\nThat is the sentence for the review. @Grace Hopper will you say it?'],
  ['grace', '🎉'],
  [
    'ada',
    'For the agenda:\n- what happened, minute by minute\n- what we knew when\n- what the record proves',
  ],
  [
    'grace',
    '@Ada Lovelace the checkpoint of 09:00 is beside the notes, so that anybody can verify them later.',
  ],
];

/** Says it all, with an edit, a reaction, a thread and an answer, as two people would over a morning. */
export async function fillRoom(origin: string, roomId: string, ada: Person, grace: Person): Promise<void> {
  const voices = {
    ada: await Api.logIn(origin, ada.email, ada.password),
    grace: await Api.logIn(origin, grace.email, grace.password),
  };
  const ids: string[] = [];
  for (const [author, text] of conversation) ids.push(await voices[author].send(roomId, text));
  const [first = '', numbers = '', , question = '', answer = ''] = ids;
  await voices.grace.put(`/chat/messages/${first}/reactions/${encodeURIComponent('👀')}`);
  await voices.ada.put(`/chat/messages/${answer}/reactions/${encodeURIComponent('👍')}`);
  await voices.grace.put(`/chat/messages/${answer}/reactions/${encodeURIComponent('👍')}`);
  await voices.grace.patch(`/chat/messages/${numbers}`, {
    text: 'I will bring the **latency numbers**. p99 was 48 ms before the restart, 11 ms after.',
  });
  await voices.grace.post(`/chat/rooms/${roomId}/messages`, {
    text: 'With a close code that says why.',
    threadOf: question,
  });
  await voices.ada.post(`/chat/rooms/${roomId}/messages`, {
    text: 'Good. Then it belongs in the notes.',
    threadOf: question,
  });
  await voices.grace.post(`/chat/rooms/${roomId}/messages`, { text: 'Ready when you are.', replyTo: first });
  await voices.ada.put(`/chat/messages/${answer}/pin`);
  await voices.ada.patch(`/chat/rooms/${roomId}`, {
    topic: 'Review of Tuesday’s restart · 10:00',
    description: 'What happened and what we learn from it.',
  });
}
