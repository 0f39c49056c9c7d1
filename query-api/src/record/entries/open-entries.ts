import {
  decodeEvent,
  eventCatalogue,
  isEventName,
  keysToOpen,
  MalformedEventError,
  openContext,
  personScope,
  Sealer,
  type AuditEntryView,
  type Keyring,
  type KeyScope,
  type Recorded,
  type StoredEvent,
} from '@verbatim/shared';
import { z } from 'zod';
import { actionOf, actionOfType } from './action.ts';
import { storedEventOf, type RecordRow } from './record-row.ts';

/** A row of the record together with what it says, as far as it could be decoded. */
export interface OpenedRow {
  readonly row: RecordRow;
  readonly stored: StoredEvent;
  /** Undefined for a type or a shape that nobody knows: it is shown as it is stored. */
  readonly event: Recorded | undefined;
  readonly context: { readonly ip: string | null; readonly userAgent: string | null };
}

/** What of the sealed content is opened; the rest is as if it had never been asked for. */
export type MayOpen = (row: RecordRow) => boolean;

/**
 * Decodes rows of one organization. Asks the vault once, and afresh each time: a key that was destroyed a moment ago
 * opens nothing any more.
 * @throws VaultUnavailableError, MissingKeyError: an absent key is a fault, never an erasure.
 */
export async function openRows(
  rows: readonly RecordRow[],
  keyring: Keyring,
  mayOpen: MayOpen = () => true,
): Promise<OpenedRow[]> {
  const [first] = rows;
  if (first === undefined) return [];
  const events = rows.map((row) => ({ row, stored: storedEventOf(row) }));
  const opened = events.filter(({ row }) => mayOpen(row)).map(({ stored }) => stored);
  await keyring.prepare(first.organizationId, [...keysOf(opened)]);
  const sealer = new Sealer(keyring);
  return events.map(({ row, stored }) => {
    const event = mayOpen(row) ? decode(stored, sealer) : undefined;
    return { row, stored, event, context: contextOf(event, sealer) };
  });
}

const metadataSchema = z.object({
  actorId: z.string(),
  context: z.object({ sealed: z.unknown() }),
});

function keysOf(events: readonly StoredEvent[]): Set<KeyScope> {
  const keys = new Set<KeyScope>();
  for (const stored of events) {
    if (!isEventName(stored.type)) continue;
    for (const key of keysToOpen(stored)?.keys ?? []) keys.add(key);
    const metadata = metadataSchema.safeParse(stored.metadata);
    if (metadata.data?.context.sealed !== undefined) keys.add(personScope(metadata.data.actorId));
  }
  return keys;
}

function decode(stored: StoredEvent, sealer: Sealer): Recorded | undefined {
  try {
    return decodeEvent(stored, sealer);
  } catch (error) {
    if (error instanceof MalformedEventError) return undefined;
    throw error;
  }
}

function contextOf(event: Recorded | undefined, sealer: Sealer): OpenedRow['context'] {
  const context = event && openContext(event, sealer);
  if (context?.status !== 'present') return { ip: null, userAgent: null };
  return context.fields;
}

/** The person's name and address as the entry's reader may see them. */
export interface ActorName {
  readonly displayName: string | null;
  readonly email: string | null;
}

export function entryView(
  { row, stored, event, context }: OpenedRow,
  names: ReadonlyMap<string, ActorName>,
): AuditEntryView {
  const facts = factsSchema.parse(stored.metadata ?? {});
  const { actorId, organizationId } = row;
  const name = actorId === null ? undefined : names.get(actorId);
  return {
    position: row.position.toString(),
    eventId: row.eventId,
    type: row.type,
    action: event === undefined ? actionOfType(row.type) : actionOf(event),
    at: facts.occurredAt ?? row.created.toISOString(),
    actor: {
      type: actorId === null || actorId === organizationId ? 'system' : 'user',
      id: actorId,
      displayName: name?.displayName ?? null,
      email: name?.email ?? null,
    },
    organization: organizationId,
    room: row.roomId,
    entity: { type: row.entityType, id: row.entityId },
    context: { ...context, sessionId: facts.context?.sessionId ?? null },
    correlationId: facts.correlationId ?? null,
    causationId: facts.causationId ?? null,
    content: contentOf(stored, event),
    data: dataOf(stored, event),
    leafIndex: Number(row.leafIndex),
    leafHash: row.leafHash,
    stored: {
      stream: row.stream,
      revision: Number(row.revision),
      eventId: row.eventId,
      type: row.type,
      created: row.created.toISOString(),
      dataSha256: row.dataSha256,
      metadataSha256: row.metadataSha256,
    },
  };
}

const text = z.string().optional().catch(undefined);
const factsSchema = z
  .object({
    occurredAt: text,
    correlationId: text,
    causationId: text,
    context: z.object({ sessionId: z.string().nullable() }).optional().catch(undefined),
  })
  .catch({ occurredAt: undefined, correlationId: undefined, causationId: undefined, context: undefined });

function contentOf(stored: StoredEvent, event: Recorded | undefined): AuditEntryView['content'] {
  if (event === undefined) return 'sealed' in plainOf(stored) ? 'sealed' : null;
  return 'content' in event ? event.content.status : null;
}

/** The plain fields as stored, and beside them the opened ones; null where those are gone or were not opened. */
function dataOf(stored: StoredEvent, event: Recorded | undefined): Record<string, unknown> {
  const { sealed: _, ...plain } = plainOf(stored);
  if (event !== undefined && 'content' in event && event.content.status === 'present')
    return { ...plain, ...event.content.fields };
  const definition = isEventName(stored.type) ? eventCatalogue[stored.type] : undefined;
  const names = Object.keys(definition?.sealed?.shape ?? {});
  return { ...plain, ...Object.fromEntries(names.map((name) => [name, null])) };
}

function plainOf({ data }: StoredEvent): Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? { ...data } : {};
}
