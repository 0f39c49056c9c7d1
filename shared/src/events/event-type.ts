import type { z } from 'zod';
import type { KeyScope } from '../sealing/key-scope.ts';

/** The categories of our streams: what stands before the first `-` of a stream's name. */
export type Category = 'organization' | 'user' | 'room' | 'message' | 'reading' | 'audit';

/** One kind of event as it is stored. Its `type` is never renamed; a new shape is a new `schema` with an upcaster. */
export interface EventType<Data extends z.ZodObject, Sealed extends z.ZodObject | undefined> {
  readonly category: Category;
  /** Rises by one with each new shape. */
  readonly schema: number;
  /** What anybody with the log may read: ids, roles, marks; never what a person wrote or is called. */
  readonly data: Data;
  /** What is stored as ciphertext only. */
  readonly sealed: Sealed;
  /** The vault keys that the ciphertext needs; empty where nothing is sealed. */
  readonly keys: (data: z.output<Data>) => readonly KeyScope[];
}

export function plainEvent<Data extends z.ZodObject>(
  category: Category,
  data: Data,
  schema = 1,
): EventType<Data, undefined> {
  return { category, schema, data, sealed: undefined, keys: () => [] };
}

export function sealedEvent<Data extends z.ZodObject, Sealed extends z.ZodObject>(
  category: Category,
  data: Data,
  sealed: Sealed,
  keys: (data: z.output<Data>) => readonly KeyScope[],
): EventType<Data, Sealed> {
  return { category, schema: 1, data, sealed, keys };
}
