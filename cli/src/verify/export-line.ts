import { createDecipheriv } from 'node:crypto';
import { leafEntry, leafHash, sha256Hex } from '@verbatim/shared/record-hash';
import canonicalize from 'canonicalize';
import { z } from 'zod';

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fieldsSchema = z.custom<Fields>(isFields);
const hash = z.string();

/** What the verifier looks at in an event of an export; the rest is for people. */
export const exportLineSchema = z.object({
  position: z.string().regex(/^\d{1,20}$/),
  leafIndex: z.int().min(0),
  leafHash: hash,
  eventId: z.string(),
  type: z.string(),
  at: z.string(),
  organization: z.string(),
  room: z.string().nullable(),
  actor: z.object({ id: z.string().nullable() }),
  context: z.object({ sessionId: z.string().nullable() }),
  correlationId: z.string().nullable(),
  causationId: z.string().nullable(),
  content: z.enum(['present', 'erased', 'expired']).nullable(),
  data: fieldsSchema,
  /** Opens a message: the leaf covers the ciphertext, this leads from there to the words. */
  contentKey: z.string().optional(),
  stored: z.object({
    stream: z.string(),
    revision: z.int().min(0),
    eventId: z.string(),
    type: z.string(),
    created: z.string(),
    dataSha256: hash,
    metadataSha256: hash,
    data: z.unknown(),
    metadata: z.unknown(),
  }),
});
export type ExportLine = z.infer<typeof exportLineSchema>;

/** Where an event stands and what is wrong with it. */
export class WrongEvent extends Error {
  override readonly name = 'WrongEvent';
}

/** @throws WrongEvent when it is not an event of an export. */
export function parseLine(text: string): ExportLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WrongEvent('the line is not JSON');
  }
  const line = exportLineSchema.safeParse(value);
  if (!line.success) throw new WrongEvent('the line is not an event of the record');
  return line.data;
}

/**
 * The leaf of an event, computed from what was stored and from nothing that the line merely claims.
 * @throws WrongEvent that names what does not agree.
 */
export function checkedLeafHash(line: ExportLine): Buffer {
  const { stored } = line;
  if (!isWhatHashes(stored.data, stored.dataSha256)) throw new WrongEvent('its data were changed');
  if (!isWhatHashes(stored.metadata, stored.metadataSha256))
    throw new WrongEvent('its metadata were changed');
  if (stored.eventId !== line.eventId || stored.type !== line.type)
    throw new WrongEvent('it is shown as another event than was stored');
  const leaf = leafHash(leafEntry(stored));
  if (leaf.toString('base64') !== line.leafHash) throw new WrongEvent('its leaf hash is not the one it has');
  checkTold(line);
  checkOpened(line);
  return leaf;
}

/** Who, when and where are told beside what is stored, and have to be what is stored. */
function checkTold({ stored, at, organization, room, actor, context, ...line }: ExportLine): void {
  const metadata = isFields(stored.metadata) ? stored.metadata : {};
  const isText = (value: string | null, found: unknown): boolean =>
    typeof found === 'string' ? found === value : value === null;
  const isId = (value: string | null, found: unknown): boolean =>
    isUuid(found) ? found === value : value === null;
  const sessionId = isFields(metadata.context) ? metadata.context.sessionId : undefined;
  const { occurredAt, organizationId } = metadata;
  const demand = (isTrue: boolean, what: string): void => {
    if (!isTrue) throw new WrongEvent(`it is shown ${what} than was stored`);
  };
  demand(at === (typeof occurredAt === 'string' ? occurredAt : stored.created), 'at another time');
  demand(!isUuid(organizationId) || organizationId === organization, 'of another organization');
  demand(isId(room, metadata.roomId), 'in another room');
  demand(isId(actor.id, metadata.actorId), 'by somebody else');
  demand(isText(context.sessionId, sessionId), 'in another session');
  demand(isText(line.correlationId, metadata.correlationId), 'with another correlation');
  demand(isText(line.causationId, metadata.causationId), 'with another cause');
}

const isUuid = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);

/**
 * The client of the store hands over parsed JSON, and what Verbatim stores is RFC 8785, so the bytes come back. Keys that
 * look like numbers come first in JavaScript: where the plain text does not hash to it, the canonical one may.
 */
function isWhatHashes(value: unknown, sha256: string): boolean {
  if (value === undefined || value === null) return sha256Hex('') === sha256;
  return sha256Hex(JSON.stringify(value)) === sha256 || sha256Hex(canonicalize(value) ?? '') === sha256;
}

/** Types whose words an export proves, and does not only tell. */
const proven = new Set(['MessageSent', 'MessageEdited']);

function checkOpened({ stored, data, content, contentKey, eventId, type }: ExportLine): void {
  const plain = isFields(stored.data) ? stored.data : {};
  const { sealed } = plain;
  if ((content === null) !== (sealed === undefined))
    throw new WrongEvent('it is shown as if it were not sealed');
  if (content === 'present' && contentKey === undefined && proven.has(type))
    throw new WrongEvent('its words come without the key that proves them');
  const words = contentKey === undefined ? {} : opened(contentKey, sealed, `${eventId}|${type}`);
  if (words === undefined) throw new WrongEvent('its words do not open with the key that is given for them');
  const known: Fields = { ...plain, sealed: undefined, ...words };
  for (const name of Object.keys(known))
    if (data[name] !== known[name] && JSON.stringify(data[name]) !== JSON.stringify(known[name]))
      throw new WrongEvent(`it is shown with another ${name} than was stored`);
  const isToldOnly = content === 'present' && contentKey === undefined;
  for (const name of Object.keys(data))
    if (!Object.hasOwn(known, name) && !isToldOnly && data[name] !== null)
      throw new WrongEvent(`it is shown with ${name}, which cannot be read from what was stored`);
}

/** @throws WrongEvent when this key opens the words that are told to be gone. */
export function checkGone({ stored, eventId, type }: ExportLine, contentKey: string): void {
  const { sealed } = isFields(stored.data) ? stored.data : {};
  if (opened(contentKey, sealed, `${eventId}|${type}`) !== undefined)
    throw new WrongEvent(
      'its words are told to be gone, and the key of another version of the message opens them',
    );
}

const nonceBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM over `nonce ‖ ciphertext ‖ tag`, bound to the event: a box of another event does not open. Undefined when
 * the key does not open it.
 */
function opened(key: string, sealed: unknown, boundTo: string): Record<string, unknown> | undefined {
  const box = Buffer.from(isFields(sealed) ? String(sealed.box) : '', 'base64');
  try {
    const decipher = createDecipheriv(
      'aes-256-gcm',
      Buffer.from(key, 'base64'),
      box.subarray(0, nonceBytes),
      { authTagLength: tagBytes },
    );
    decipher.setAAD(Buffer.from(boundTo)).setAuthTag(box.subarray(-tagBytes));
    const words = decipher.update(box.subarray(nonceBytes, -tagBytes));
    decipher.final();
    return fieldsSchema.parse(JSON.parse(words.toString()));
  } catch {
    return undefined;
  }
}
