import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { streamPrefixes, type EventStore } from '@verbatim/shared';
import { z } from 'zod';
import { openSignedCheckpoint, type VerifierKey } from '../verify/verifier-key.ts';

/** A promise that was signed about the first `size` events of an organization, and where it was kept. */
export interface KeptNote {
  readonly organizationId: string;
  readonly size: number;
  readonly root: Buffer;
  readonly where: string;
}

const auditPrefix = streamPrefixes.filter((prefix) => prefix.startsWith('audit'));
const publishedSchema = z.object({ note: z.string() });

/** The checkpoints that this key signed and that were appended to the log. */
export async function notesInLog(eventStore: EventStore, key: VerifierKey): Promise<KeptNote[]> {
  const notes: KeptNote[] = [];
  for await (const event of eventStore.readAll({ streamPrefixes: auditPrefix })) {
    if (event.type !== 'CheckpointPublished') continue;
    const note = publishedSchema.safeParse(event.data).data?.note;
    notes.push(...keptNote(note, key, `published at position ${event.position}`));
  }
  return notes;
}

/** The checkpoints that were anchored outside of the stores. */
export async function notesInAnchors(directory: string, key: VerifierKey): Promise<KeptNote[]> {
  const folder = path.join(directory, 'checkpoints');
  const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const notes: KeptNote[] = [];
  for (const name of names.filter((each) => each.endsWith('.note')).sort())
    notes.push(...keptNote(await readFile(path.join(folder, name), 'utf8'), key, `anchored as ${name}`));
  return notes;
}

/** None for what another key signed: it was replaced since, or somebody else put it there. */
function keptNote(note: string | undefined, key: VerifierKey, where: string): KeptNote[] {
  const checkpoint = note === undefined ? undefined : openSignedCheckpoint(note, key);
  if (checkpoint === undefined || !checkpoint.origin.startsWith(`${key.name}/`)) return [];
  const { origin, size, root } = checkpoint;
  return [{ organizationId: origin.slice(key.name.length + 1), size, root, where }];
}
