import type { CheckpointKey } from '../configuration/checkpoint-key.ts';
import { hashBytes } from './hash-definition.ts';
import { openNote, signNote } from './signed-note.ts';

/** A promise about the record: the first `size` events of an organization have this root, for ever. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** Each organization's tree is a log of its own, under the name of the installation's key. */
export const originOf = (key: Pick<CheckpointKey, 'name'>, organizationId: string): string =>
  `${key.name}/${organizationId}`;

/** A checkpoint as C2SP's `tlog-checkpoint` writes it: origin, decimal size and base64 root, signed. */
export function signCheckpoint({ origin, size, root }: Checkpoint, key: CheckpointKey): string {
  return signNote(`${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`, key);
}

const shape = /^(?<origin>[^\n]+)\n(?<size>0|[1-9]\d{0,15})\n(?<root>[A-Za-z0-9+/]{43}=)\n/;

/** The checkpoint in a note, or undefined unless this key signed it. */
export function openCheckpoint(note: string, key: CheckpointKey): Checkpoint | undefined {
  const parts = shape.exec(openNote(note, key) ?? '')?.groups;
  if (parts?.origin === undefined || parts.size === undefined || parts.root === undefined) return undefined;
  const root = Buffer.from(parts.root, 'base64');
  const size = Number(parts.size);
  if (root.length !== hashBytes || !Number.isSafeInteger(size)) return undefined;
  return { origin: parts.origin, size, root };
}
