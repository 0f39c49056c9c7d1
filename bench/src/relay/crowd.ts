import { invite, signUp, type Person } from '../workspace.ts';
import { commandAnswer } from '@verbatim/shared';

export const crowdPeople = 50;
export const crowdRooms = 20;

/** Fifty people who are in twenty rooms together; one socket for each of both makes a thousand. */
export interface Crowd {
  readonly people: readonly Person[];
  readonly roomIds: readonly string[];
}

export async function gatherCrowd(origin: string): Promise<Crowd> {
  const owner = await signUp(origin);
  const people = [owner];
  while (people.length < crowdPeople) people.push(await invite(origin, owner, `Person ${people.length}`));
  const participantIds = people.slice(1).map(({ session }) => session.user.id);
  const roomIds: string[] = [];
  while (roomIds.length < crowdRooms) {
    const body = { kind: 'channel', name: `room ${roomIds.length}`, participantIds };
    roomIds.push(commandAnswer.parse(await owner.api.call('POST', '/chat/rooms', body)).id);
  }
  return { people, roomIds };
}
