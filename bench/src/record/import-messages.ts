import { importAnswer, limits } from '@verbatim/shared';
import type { Person } from '../workspace.ts';

const rooms = 20;
const authors = 100;

/** Fills an organization with conversations, and waits until every read model has read them. */
export async function importMessages({ api }: Person, count: number): Promise<void> {
  for (let from = 0; from < count; from += limits.importItems) {
    const items = Array.from({ length: Math.min(limits.importItems, count - from) }, (_, offset) => {
      const number = from + offset;
      return {
        sourceId: `bench:${number}`,
        at: new Date(Date.UTC(2026, 0, 1) + number * 1_000).toISOString(),
        as: { sourceUserId: `author ${number % authors}`, displayName: `Author ${number % authors}` },
        command: {
          type: 'SendMessage',
          room: `room ${number % rooms}`,
          text: `message number ${number}, about as long as what people write to each other`,
        },
      };
    });
    const { results } = importAnswer.parse(await api.call('POST', '/chat/import', { items }));
    const refused = results.find(({ status }) => status !== 'imported');
    if (refused !== undefined) throw new Error(`an item was not taken: ${JSON.stringify(refused)}`);
  }
}
