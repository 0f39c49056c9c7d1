import type { RecordedEvent } from '../event-store/recorded-event.ts';
import { canonicalJson } from '../json/canonical.ts';
import { sha256Hex, type StoredEntry } from './hash-definition.ts';

/** An event as the record keeps it: the bytes that are hashed, and the entry that becomes its leaf. */
export interface RecordEntry {
  readonly stored: StoredEntry;
  /** The stored data and metadata as text; null for the bytes of something that is not JSON. */
  readonly data: string | null;
  readonly metadata: string | null;
}

/** @throws RangeError for a revision that no double can hold. */
export function recordEntry(event: RecordedEvent): RecordEntry {
  const revision = Number(event.revision);
  if (!Number.isSafeInteger(revision)) throw new RangeError(`${event.stream} is too long for the record`);
  const data = storedText(event.data);
  const metadata = storedText(event.metadata);
  return {
    stored: {
      created: event.created.toISOString(),
      dataSha256: sha256Hex(data ?? bytesOf(event.data)),
      eventId: event.id,
      metadataSha256: sha256Hex(metadata ?? bytesOf(event.metadata)),
      revision,
      stream: event.stream,
      type: event.type,
    },
    data,
    metadata,
  };
}

/**
 * The client hands over parsed values; what is ours was stored as RFC 8785 JSON, so its bytes come back from them. A
 * value that has no canonical form (a lone surrogate) is somebody else's: its plain JSON is as near as one gets.
 */
function storedText(value: unknown): string | null {
  if (value === undefined || value instanceof Uint8Array) return null;
  if (isInCanonicalOrder(value)) return JSON.stringify(value);
  try {
    return canonicalJson(value);
  } catch {
    return JSON.stringify(value);
  }
}

/** Parsed JSON whose keys came in order is canonical as JavaScript writes it, which is several times faster. */
function isInCanonicalOrder(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isInCanonicalOrder);
  let last = '';
  for (const [key, inner] of Object.entries(value)) {
    if (key < last || !isInCanonicalOrder(inner)) return false;
    last = key;
  }
  return true;
}

const bytesOf = (value: unknown): Uint8Array => (value instanceof Uint8Array ? value : new Uint8Array());
