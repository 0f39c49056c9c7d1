import { mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { verifyStores } from '@verbatim/cli';
import { connectEventStore, createLogger, parseCheckpointKey } from '@verbatim/shared';
import { startEventStore } from 'verbatim-event-store';
import { StartFault } from '../start-fault.ts';

export interface RestoredLog {
  /** A connection string, or the folder of a store that does not run yet. */
  readonly eventStore: string | { readonly directory: string };
  readonly checkpointKey: string;
  readonly anchorDirectory: string;
  readonly acceptsLoss: boolean;
  readonly say: (line: string) => void;
}

/**
 * Holds a restored log against every checkpoint that was ever signed: those in it, and those anchored outside, which
 * know of what came after the backup.
 * @throws StartFault when it is not the log that was signed, or ends too early and nobody said that this is known
 */
export async function verifyRestored(restored: RestoredLog): Promise<void> {
  const { eventStore: place, anchorDirectory, acceptsLoss, say } = restored;
  const server =
    typeof place === 'string'
      ? undefined
      : await startEventStore({ directory: place.directory, port: 0, insecure: true });
  const eventStore = connectEventStore({
    url: typeof place === 'string' ? place : (server?.connectionString ?? ''),
    logger: createLogger({ name: 'restore', level: 'silent' }),
  });
  try {
    const { verifierKey } = parseCheckpointKey(restored.checkpointKey);
    const report = await verifyStores({ eventStore, database: undefined, verifierKey, anchorDirectory });
    const [wrong] = report.faults.filter(({ lost }) => lost === undefined);
    if (wrong !== undefined)
      throw new StartFault(
        `The log in the backup is not the one that was signed: ${wrong.position === undefined ? '' : `position ${wrong.position}: `}${wrong.what}`,
      );
    const lost = report.faults.flatMap((fault) => fault.lost ?? []);
    for (const { organizationId, has, signed } of lost)
      say(`Of organization ${organizationId} the backup has ${has} events; ${signed} had been signed.`);
    if (lost.length > 0 && !acceptsLoss)
      throw new StartFault(
        'The backup is older than the newest checkpoints: what came after it is lost. Look for a newer one, or ' +
          'restore with --accept-loss; those checkpoints are then set aside, and the record begins to grow anew from here.',
      );
    for (const { organizationId, has } of lost) await setAside(anchorDirectory, organizationId, has);
    say(`verified ${report.events} events; ${report.notesHeld} signed checkpoints agree`);
  } finally {
    await eventStore.close();
    await server?.stop();
  }
}

/** Checkpoints of what is lost stay as evidence, where nobody holds the record against them. */
async function setAside(anchorDirectory: string, organizationId: string, size: number): Promise<void> {
  const from = path.join(anchorDirectory, 'checkpoints', organizationId);
  const to = path.join(anchorDirectory, 'superseded', organizationId);
  for (const name of await readdir(from, { recursive: true })) {
    if (!name.endsWith('.note') || Number.parseInt(path.basename(name), 10) <= size) continue;
    await mkdir(path.dirname(path.join(to, name)), { recursive: true, mode: 0o700 });
    await rename(path.join(from, name), path.join(to, name));
  }
}
