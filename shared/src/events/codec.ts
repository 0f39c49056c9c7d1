import { z } from 'zod';
import { canonicalJson } from '../json/canonical.ts';
import { inCanonicalOrder } from '../json/canonical-order.ts';
import type { Content, SealedContent, Sealer } from '../sealing/content.ts';
import { personScope, type KeyScope } from '../sealing/key-scope.ts';
import { eventCatalogue, isEventName, type DomainEvent, type Recorded } from './catalogue.ts';
import type { EventType } from './event-type.ts';
import { MalformedEventError } from './malformed-event.ts';
import { storedMetadataSchema, type ActorContext, type EventMetadata } from './metadata.ts';
import { upcast } from './upcasters.ts';

/** What goes to the store: canonical data and metadata, so that the bytes can be hashed again from the values. */
export interface EncodedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What comes from the store. */
export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
  readonly created: Date;
  readonly data: unknown;
  readonly metadata: unknown;
}

/** Metadata of a new event; the schema number and the sealed context are the codec's to add. */
export type NewMetadata = Omit<EventMetadata, 'schema' | 'context'> & {
  readonly sessionId: string | null;
  readonly context?: ActorContext;
};

const sealedSchema = z.object({ keys: z.array(z.custom<KeyScope>(isString)), box: z.string() });
/** Made once: zod compiles every new schema on its first use. */
const withSealedSchema = z.object({ sealed: sealedSchema });
const definitionOf = (name: keyof typeof eventCatalogue): EventType<z.ZodObject, z.ZodObject | undefined> =>
  eventCatalogue[name];

/** The vault keys that must be prepared before `encodeEvent` can seal this event. */
export function keysToSeal(event: DomainEvent, metadata: NewMetadata): readonly KeyScope[] {
  const contentKeys = definitionOf(event.type).keys(event.data);
  return metadata.context === undefined ? contentKeys : [...contentKeys, personScope(metadata.actorId)];
}

/**
 * @throws GoneKeyError when a key that the content needs was destroyed, z.ZodError when the event breaks its schema
 * (a bug of ours).
 */
export function encodeEvent(
  event: DomainEvent,
  id: string,
  metadata: NewMetadata,
  sealer: Sealer,
): EncodedEvent {
  const definition = definitionOf(event.type);
  const data: Record<string, unknown> = { ...definition.data.parse(event.data) };
  const content = 'content' in event ? event.content : undefined;
  if (definition.sealed !== undefined && content !== undefined) {
    if (content.status !== 'present')
      throw new TypeError('an event with lost content cannot be written again');
    const plain = canonicalJson(definition.sealed.parse(content.fields));
    data['sealed'] = sealer.seal(
      metadata.organizationId,
      definition.keys(event.data),
      plain,
      boundTo(id, event.type),
    );
  }
  const { sessionId, context, ...rest } = metadata;
  const sealedContext =
    context &&
    sealer.seal(
      metadata.organizationId,
      [personScope(metadata.actorId)],
      canonicalJson(context),
      boundTo(id, 'context'),
    );
  return {
    id,
    type: event.type,
    data: canonicalOrder(data),
    metadata: canonicalOrder({
      ...rest,
      schema: definition.schema,
      context: sealedContext ? { sessionId, sealed: sealedContext } : { sessionId },
    }),
  };
}

/** The vault keys that must be prepared before `decodeEvent` can open this event's content. */
export function keysToOpen(
  stored: StoredEvent,
): { organizationId: string; keys: readonly KeyScope[] } | undefined {
  const metadata = storedMetadataSchema.safeParse(stored.metadata);
  const sealed = withSealedSchema.safeParse(stored.data);
  if (!metadata.success || !sealed.success) return undefined;
  return { organizationId: metadata.data.organizationId, keys: sealed.data.sealed.keys };
}

/**
 * A stored event as the domain speaks of it, lifted to the newest schema, its content opened.
 * @throws MalformedEventError for an unknown type, a wrong shape or a box that does not open.
 */
export function decodeEvent(stored: StoredEvent, sealer: Sealer): Recorded {
  if (!isEventName(stored.type)) throw new MalformedEventError(`unknown event type ${stored.type}`);
  const definition = definitionOf(stored.type);
  const where = `${stored.type} at ${stored.stream}@${stored.revision.toString()}`;
  const metadata = parse(storedMetadataSchema, stored.metadata, `${where}: metadata`);
  const lifted = upcast(stored.type, metadata.schema, stored.data, `${where}: schema`);
  const data = parse(definition.data, lifted, `${where}: data`);
  const { id, stream, revision, position, created } = stored;
  const event = { type: stored.type, data, id, stream, revision, position, created, metadata };
  if (definition.sealed === undefined) return event as unknown as Recorded;
  const { sealed } = parse(withSealedSchema, lifted, where);
  const content = openFields(
    sealer,
    metadata.organizationId,
    sealed,
    boundTo(id, stored.type),
    definition.sealed,
    where,
  );
  return { ...event, content } as unknown as Recorded;
}

/** From where the actor acted, or undefined when that was not recorded; `erased` with the person. */
export function openContext(
  event: { readonly id: string; readonly metadata: EventMetadata },
  sealer: Sealer,
): Content<ActorContext> | undefined {
  const { organizationId, context } = event.metadata;
  if (context.sealed === undefined) return undefined;
  const sealed = sealedSchema.parse(context.sealed);
  return openFields(sealer, organizationId, sealed, boundTo(event.id, 'context'), contextSchema, 'context');
}

const contextSchema = z.object({ ip: z.string(), userAgent: z.string() });

function openFields<Fields extends z.ZodObject>(
  sealer: Sealer,
  organizationId: string,
  sealed: SealedContent,
  bound: string,
  schema: Fields,
  where: string,
): Content<z.output<Fields>> {
  let opened: Content<string>;
  try {
    opened = sealer.open(organizationId, sealed, bound);
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'MissingKeyError') throw cause;
    throw new MalformedEventError(`${where}: the sealed content does not open`, { cause });
  }
  if (opened.status !== 'present') return opened;
  return { status: 'present', fields: parse(schema, JSON.parse(opened.fields), `${where}: content`) };
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, where: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new MalformedEventError(`${where}: ${z.prettifyError(result.error)}`);
}

const boundTo = (eventId: string, part: string): string => `${eventId}|${part}`;

/** Keys in canonical order, so that the client's plain JSON.stringify writes RFC 8785 bytes. */
function canonicalOrder(value: Record<string, unknown>): Record<string, unknown> {
  return inCanonicalOrder(value) as Record<string, unknown>;
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
