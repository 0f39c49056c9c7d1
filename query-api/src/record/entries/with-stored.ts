import {
  contentKey,
  keysToOpen,
  type AuditEntryView,
  type Keyring,
  type ProvenEntryView,
  type StoredEvent,
} from '@verbatim/shared';
import type { OpenedRow } from './open-entries.ts';

/** Sealed under a key of their own for each author, room and day; the rest shares keys with what is not shown. */
const words = new Set(['MessageSent', 'MessageEdited']);

type StoredEntryView = Omit<ProvenEntryView, 'inclusion' | 'priorState' | 'resultingState'>;

/** An entry with what is stored and, for a message, the key that leads from there to its words. */
export function withStored(
  { stored, event }: OpenedRow,
  entry: AuditEntryView,
  keyring: Keyring,
): StoredEntryView {
  const isOpened = event !== undefined && entry.content === 'present' && words.has(entry.type);
  const key = isOpened ? keyOfWords(stored, keyring) : undefined;
  return {
    ...entry,
    stored: { ...entry.stored, data: stored.data ?? null, metadata: stored.metadata ?? null },
    ...(key !== undefined && { contentKey: key.toString('base64') }),
  };
}

function keyOfWords(stored: StoredEvent, keyring: Keyring): Buffer | undefined {
  const needed = keysToOpen(stored);
  if (needed === undefined) return undefined;
  const parts: Uint8Array[] = [];
  for (const scope of needed.keys) {
    const found = keyring.lookUp(needed.organizationId, scope);
    if (found.status !== 'present') return undefined;
    parts.push(found.key);
  }
  return contentKey(parts);
}
