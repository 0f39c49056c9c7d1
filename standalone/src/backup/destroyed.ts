import { DestroyedKeyList, type DestroyedKey, type Transaction } from '@verbatim/shared';
import { z } from 'zod';
import { StartFault } from '../start-fault.ts';
import type { KeptTable } from './kept-schemas.ts';

const keyRow = z.object({
  organization_id: z.string(),
  scope: z.string(),
  destroyed_as: z.string().nullable(),
});
const personRow = z.object({ user_id: z.string() });
const personPrefix = 'person:';

/** What is to be done when the list of destroyed keys is not the one that was kept last. */
export const howToGoOn =
  'Give CHECKPOINT_ANCHOR_DIR as it was when the installation was lost. If that is lost too, restore with ' +
  '--accept-lost-erasures: who was erased after the backup, and what expired, comes back then.';

/** What was destroyed since a backup was taken, as the list outside of all backups tells it. */
export class Destroyed {
  readonly #keys: ReadonlyMap<string, DestroyedKey>;
  readonly #personIds: ReadonlySet<string>;

  readonly #isComplete: boolean;

  private constructor(keys: readonly DestroyedKey[], isComplete: boolean) {
    this.#isComplete = isComplete;
    // The first destruction stands: what is expired is not erased afterwards.
    this.#keys = new Map(keys.toReversed().map((key) => [nameOf(key.organizationId, key.scope), key]));
    this.#personIds = new Set(
      keys
        .filter(({ as, scope }) => as === 'erased' && scope.startsWith(personPrefix))
        .map(({ scope }) => scope.slice(personPrefix.length)),
    );
  }

  /** @param acceptsLostErasures the list may name less than was destroyed, and whoever restores knows it */
  static async listedIn(anchorDirectory: string, acceptsLostErasures: boolean): Promise<Destroyed> {
    const keys: DestroyedKey[] = [];
    for await (const key of new DestroyedKeyList(anchorDirectory).read()) keys.push(key);
    return new Destroyed(keys, !acceptsLostErasures);
  }

  get count(): number {
    return this.#keys.size;
  }

  /**
   * The rows that may come back: neither a destroyed key, nor what proves who an erased person is.
   * @throws StartFault when the backup knows of a destroyed key that is not listed
   */
  async *surviving({ schema }: KeptTable, lines: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const line of lines) {
      const row: unknown = JSON.parse(line);
      const key = schema === 'vault' ? keyRow.safeParse(row).data : undefined;
      const isListed = key !== undefined && this.#keys.has(nameOf(key.organization_id, key.scope));
      if (isListed) continue;
      if (this.#isComplete && key !== undefined && key.destroyed_as !== null)
        throw new StartFault(
          `The list of destroyed keys is not whole: the backup knows of one that it does not name. ${howToGoOn}`,
        );
      const person = schema === 'accounts' ? personRow.safeParse(row).data : undefined;
      if (person !== undefined && this.#personIds.has(person.user_id)) continue;
      yield line;
    }
  }

  /** A tombstone for each destroyed key, so that it reads as erased and is never made again. */
  async bury(transaction: Transaction): Promise<void> {
    const keys = [...this.#keys.values()];
    await transaction.raw(
      `INSERT INTO vault.key (organization_id, scope, destroyed_as, destroyed_at)
       SELECT * FROM unnest(?::uuid[], ?::text[], ?::text[], ?::timestamptz[])`,
      [
        keys.map(({ organizationId }) => organizationId),
        keys.map(({ scope }) => scope),
        keys.map(({ as }) => as),
        keys.map(({ at }) => at),
      ],
    );
  }
}

const nameOf = (organizationId: string, scope: string): string => `${organizationId}|${scope}`;
