import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { verifyStores } from '@verbatim/cli';
import { connectEventStore, createLogger, parseCheckpointKey, type EventStore } from '@verbatim/shared';
import { z } from 'zod';
import { howToGoOn } from './destroyed.ts';
import { startEventStore } from 'verbatim-event-store';
import { StartFault } from '../start-fault.ts';

export interface RestoredLog {
  /** A connection string, or the folder of a store that does not run yet. */
  readonly eventStore: string | { readonly directory: string };
  readonly checkpointKey: string;
  readonly anchorDirectory: string;
  readonly acceptsLoss: boolean;
  readonly acceptsLostErasures: boolean;
  readonly say: (line: string) => void;
}

/**
 * Holds a restored log against every checkpoint that was ever signed: those in it, and those anchored outside, which
 * know of what came after the backup.
 * @throws StartFault when it is not the log that was signed, when it ends too early, or when the anchors are not those
 * that were kept last, and nobody said that this is known
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
    if (!restored.acceptsLostErasures) await refuseOtherAnchors(eventStore, anchorDirectory);
    for (const { organizationId, has } of lost) await setAside(anchorDirectory, organizationId, has);
    say(`verified ${report.events} events; ${report.notesHeld} signed checkpoints agree`);
  } finally {
    await eventStore.close();
    await server?.stop();
  }
}

const publishedSchema = z.object({ treeSize: z.number(), note: z.string() });

/** Every checkpoint is anchored before it is published, so anchors that lack a published one are older, or others. */
async function refuseOtherAnchors(eventStore: EventStore, anchorDirectory: string): Promise<void> {
  const newest = new Map<string, z.infer<typeof publishedSchema>>();
  for await (const { stream, type, data } of eventStore.readAll({ streamPrefixes: ['audit-'] }))
    if (type === 'CheckpointPublished') newest.set(stream, publishedSchema.parse(data));
  const anchored = await readdir(anchorDirectory, { recursive: true }).catch(() => []);
  for (const { treeSize, note } of newest.values())
    if (!(await isAmong(anchored, treeSize, note)))
      throw new StartFault(
        `${anchorDirectory} lacks the checkpoint over ${treeSize} events that the backup has, so its list of destroyed keys is not the newest either. ${howToGoOn}`,
      );

  /** Those that were set aside count too. */
  async function isAmong(names: readonly string[], size: number, note: string): Promise<boolean> {
    for (const name of names)
      if (path.basename(name) === `${String(size).padStart(16, '0')}.note`)
        if ((await readFile(path.join(anchorDirectory, name), 'utf8')) === note) return true;
    return false;
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
