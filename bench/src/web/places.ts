import { newId } from '@verbatim/shared';
import { createChannel, invite, type Api, type Person } from '../workspace.ts';
import type { Credentials } from './visitor.ts';

export const longRoomMessages = 10_000;
const shortRooms = 12;
const messagesPerShortRoom = 120;
const sendersAtOnce = 32;

const texts = [
  'The incident review is at 10, notes are in the [runbook](https://example.org/runbooks/41207).',
  'I will bring the **latency numbers**: p99 was 48 ms before the restart, 12 ms after.',
  'Reads well.',
  '```ts\nexport const serialise = (frame: Frame): Uint8Array => encode(frame);\n```',
  'What happens to a socket that cannot keep up? It is cut, and resumes from its last `seq`.\n\nNothing is lost, and nothing comes twice.',
  '- what happened, minute by minute\n- what we knew when\n- what the record proves',
  '🎉',
] as const;

export interface Place {
  readonly id: string;
  readonly name: string;
}
export interface Places {
  readonly longRoom: Place;
  readonly shortRooms: readonly Place[];
  readonly other: Person;
}

/** A room of thousands of messages, and a dozen of ordinary ones, by two people. */
export async function fillPlaces(origin: string, owner: Credentials): Promise<Places> {
  const creator = { api: owner.api } as const;
  const other = await invite(origin, creator, 'Grace Hopper');
  const make = async (name: string, messages: number): Promise<Place> => {
    const id = await createChannel(creator, name);
    await other.api.call('POST', `/chat/rooms/${id}/join`, {});
    await say(other.api, id, messages);
    return { id, name };
  };
  const longRoom = await make('long-room', longRoomMessages);
  const rooms: Place[] = [];
  for (let number = 1; number <= shortRooms; number += 1)
    rooms.push(await make(`room-${number}`, messagesPerShortRoom));
  return { longRoom, shortRooms: rooms, other };
}

export async function say(api: Api, roomId: string, count: number): Promise<void> {
  let number = 0;
  const sendNext = async (): Promise<void> => {
    while (number < count) {
      const text = texts[(number += 1) % texts.length];
      await api.call('POST', `/chat/rooms/${roomId}/messages`, { id: newId(), text });
    }
  };
  await Promise.all(Array.from({ length: sendersAtOnce }, sendNext));
}
