import { Problem, problemOf, type ImportItem, type ImportResult } from '@verbatim/shared';
import type { CommandContext } from '../deciding/command-context.ts';
import type { Services } from '../services.ts';
import { AppendPipeline } from './append-pipeline.ts';
import { importChange } from './import-change.ts';
import { checkItem, refused } from './import-items.ts';
import { beginMessage, keysOfMessages } from './import-message.ts';
import { takeInPeople } from './take-in-people.ts';
import { takeInRooms, type ImportedRoom } from './take-in-rooms.ts';

/**
 * Takes items in, in their order, each for itself: a bad one stops no other, one that is there already is passed over.
 * After a crash or an unknown outcome the same items may be sent again.
 */
export async function takeIn(
  services: Services,
  base: CommandContext,
  rawItems: readonly unknown[],
): Promise<ImportResult[]> {
  const checked = rawItems.map(checkItem);
  const items = checked.flatMap((one) => (one.status === 'good' ? [one.item] : []));
  const head = (await services.eventStore.head()) ?? 0n;
  const pipeline = new AppendPipeline(services, head);
  await takeInPeople(services, base, items, pipeline);
  const rooms = await takeInRooms(services, base, items);
  await prepareKeys(services, base, items, rooms);

  const results: Promise<ImportResult>[] = [];
  for (const one of checked) {
    const { result } =
      one.status === 'bad' ? one : await takeInItem(services, base, one.item, rooms, pipeline);
    const told = Promise.resolve(result);
    told.catch(() => undefined); // the error is thrown below, or another one was before
    results.push(told);
  }
  await pipeline.settled();
  return Promise.all(results);
}

/** One question to the vault for all messages. The days come to be here, the people's keys must be there. */
async function prepareKeys(
  { keyring }: Services,
  { organizationId }: CommandContext,
  items: readonly ImportItem[],
  rooms: ReadonlyMap<string, ImportedRoom>,
): Promise<void> {
  const { people, roomDays } = keysOfMessages(organizationId, items, rooms);
  await keyring.prepare(organizationId, people);
  await keyring.prepare(organizationId, roomDays, { create: true });
}

async function takeInItem(
  services: Services,
  base: CommandContext,
  item: ImportItem,
  rooms: ReadonlyMap<string, ImportedRoom>,
  pipeline: AppendPipeline,
): Promise<{ readonly result: Promise<ImportResult> | ImportResult }> {
  const { command } = item;
  try {
    if (command.type === 'SendMessage') {
      const room = rooms.get(command.room);
      if (room === undefined) throw new Problem('not-found');
      return await beginMessage(services, base, { ...item, command }, room, pipeline);
    }
    await pipeline.settled(); // what is changed must be there
    return { result: await importChange(services, base, { ...item, command }, rooms) };
  } catch (error) {
    const problem = problemOf(error);
    if (problem.status >= 500) throw error;
    return { result: refused(item.sourceId, problem) };
  }
}
