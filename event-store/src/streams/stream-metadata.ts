import { z } from 'zod';
import type { LogView } from '../log/log-view.ts';
import type { StreamState } from '../log/stream-state.ts';

export const METADATA_TYPE = '$metadata';
export const TOMBSTONE_TYPE = '$streamDeleted';
/** The `$tb` of a deleted stream: 2^63 − 1, more than any revision. JSON's numbers come near enough. */
export const TRUNCATE_ALL = 2 ** 63;
/** What a delete writes; spelled out, because the number is beyond what JSON.stringify can say. */
export const DELETED_METADATA = '{"$tb":9223372036854775807}';

const count = z.number().int().nonnegative();

/** What the store itself understands of a stream's metadata. A field of the wrong kind counts as absent. */
const metadataSchema = z.object({
  $maxCount: count.optional().catch(undefined),
  $maxAge: count.optional().catch(undefined),
  $tb: z.number().nonnegative().optional().catch(undefined),
  $acl: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

export type StreamMetadata = z.infer<typeof metadataSchema>;

const NO_METADATA: StreamMetadata = {};

/** A stream as its readers and writers see it. */
export interface Stream {
  readonly name: string;
  /** Absent if no event was ever written. */
  readonly state: StreamState | undefined;
  readonly hasMetadata: boolean;
  readonly metadata: StreamMetadata;
  readonly isTombstoned: boolean;
  readonly isSoftDeleted: boolean;
}

export function isMetadataStream(name: string): boolean {
  return name.startsWith('$$');
}

export function metadataStreamOf(name: string): string {
  return `$$${name}`;
}

/** The stream whose metadata this one holds. */
export function subjectOf(metadataStream: string): string {
  return metadataStream.slice(2);
}

export function findStream(log: LogView, name: string): Stream {
  const state = log.stateOf(name);
  if (isMetadataStream(name)) {
    const isTombstoned = log.stateOf(subjectOf(name))?.isTombstoned ?? false;
    return { name, state, hasMetadata: false, metadata: NO_METADATA, isTombstoned, isSoftDeleted: false };
  }
  const metadataName = metadataStreamOf(name);
  const metadataState = log.stateOf(metadataName);
  const metadata = metadataState
    ? parseMetadata(log.eventOf(metadataName, metadataState, metadataState.lastRevision).data)
    : NO_METADATA;
  return {
    name,
    state,
    hasMetadata: metadataState !== undefined,
    metadata,
    isTombstoned: state?.isTombstoned ?? false,
    isSoftDeleted: (metadata.$tb ?? 0) >= TRUNCATE_ALL,
  };
}

/** The oldest revision that `$tb` and `$maxCount` leave readable. */
export function firstReadableRevision({ state, metadata }: Stream): number {
  const truncatedBefore = metadata.$tb ?? 0;
  if (metadata.$maxCount === undefined || !state) return truncatedBefore;
  return Math.max(truncatedBefore, state.lastRevision - metadata.$maxCount + 1);
}

/** Metadata that is no JSON object restricts nothing. */
export function parseMetadata(data: Buffer): StreamMetadata {
  try {
    const parsed = metadataSchema.safeParse(JSON.parse(data.toString('utf8')));
    return parsed.success ? parsed.data : NO_METADATA;
  } catch {
    return NO_METADATA;
  }
}
