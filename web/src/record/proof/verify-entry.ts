import type { ProvenEntryView } from '@verbatim/shared/browser';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { fromBase64, joined, sha256, toBase64, toHex, utf8, type Bytes } from './bytes.ts';
import type { Checkpoint } from './open-checkpoint.ts';
import { verifyInclusion } from './verify-inclusion.ts';

/** Proven; or not, and why; or not checked, for this browser lacks the means (no secure context, no Ed25519). */
export type Seal = 'proven' | 'unchecked' | { readonly fault: string };

export const isBroken = (seal: Seal): boolean => typeof seal === 'object';

/** Where an event of a trail has to stand, for none to be missing before it. */
export interface TrailPlace {
  readonly messageId: string;
  /** The number of events of the message before it. */
  readonly revision: number;
  /** The leaf of the event before it; undefined for the first. */
  readonly lastLeaf: number | undefined;
}

export async function sealOf(
  entry: ProvenEntryView,
  place: TrailPlace,
  checkpoint: Promise<Checkpoint | undefined>,
): Promise<Seal> {
  try {
    const fault = await faultOf(entry, place, await checkpoint);
    return fault === undefined ? 'proven' : { fault };
  } catch (error) {
    const lacksMeans =
      !globalThis.isSecureContext || (error instanceof DOMException && error.name === 'NotSupportedError');
    // Whoever sends what cannot be read does not get away with less than a fault.
    return lacksMeans ? 'unchecked' : { fault: 'its proof cannot be read' };
  }
}

/**
 * What is wrong with an event of a message, or undefined when it proves itself: what was stored hashes to its leaf, the
 * leaf leads to the root that was signed, no event of the message is left out before it, and what is shown of the event
 * (its type, time, person by id, message and words) is what was stored. Names and addresses are not in what is proven
 * here: the server tells them, and that nothing happened afterwards.
 */
async function faultOf(
  entry: ProvenEntryView,
  place: TrailPlace,
  checkpoint: Checkpoint | undefined,
): Promise<string | undefined> {
  const { stored, inclusion } = entry;
  if (checkpoint === undefined) return 'the checkpoint is not signed with its key';
  if (!checkpoint.origin.endsWith(`/${entry.organization}`)) return 'the checkpoint is of others';
  const isAsStored =
    (await hexOfJson(stored.data)) === stored.dataSha256 &&
    (await hexOfJson(stored.metadata)) === stored.metadataSha256;
  if (!isAsStored) return 'what was stored was changed';
  if (toBase64(await leafHash(stored)) !== inclusion.leafHash) return 'its leaf is not the one it has';
  const isOfCheckpoint = inclusion.treeSize === checkpoint.size && inclusion.rootHash === checkpoint.root;
  if (inclusion.leafIndex !== entry.leafIndex || !isOfCheckpoint || !(await verifyInclusion(inclusion)))
    return 'its proof does not lead to the signed root';
  if (!isToldAsStored(entry, place)) return 'it is shown as another event than was stored';
  if (!isInPlace(entry, place)) return 'an event of the message is missing before it, or it stands elsewhere';
  return (await isShownAsSealed(entry)) ? undefined : 'its words are not those that were stored';
}

/** Stored bytes are RFC 8785, so that they come back from what was parsed. */
const hexOfJson = async (value: unknown): Promise<string> =>
  toHex(await sha256(utf8(value === null ? '' : (canonicalize(value) ?? ''))));

/** RFC 6962: SHA-256(0x00 ‖ entry), the entry being canonical JSON. */
function leafHash(stored: ProvenEntryView['stored']): Promise<Bytes> {
  const { created, dataSha256, eventId, metadataSha256, revision, stream, type } = stored;
  const entry = { created, dataSha256, eventId, metadataSha256, revision, stream, type, v: 1 };
  return sha256(joined([0], utf8(JSON.stringify(entry))));
}

const metadataSchema = z.object({
  occurredAt: z.string().optional(),
  organizationId: z.string().optional(),
  actorId: z.string().nullish(),
});
const dataSchema = z.looseObject({
  messageId: z.string(),
  sealed: z.object({ box: z.string() }).optional(),
});

/** The leaf covers the stream and the revision in it, which counts from 0 without a gap. */
function isInPlace({ stored, leafIndex }: ProvenEntryView, { revision, lastLeaf }: TrailPlace): boolean {
  return stored.revision === revision && (lastLeaf === undefined || leafIndex > lastLeaf);
}

function isToldAsStored(entry: ProvenEntryView, { messageId }: TrailPlace): boolean {
  const { stored } = entry;
  const metadata = metadataSchema.safeParse(stored.metadata).data;
  return (
    stored.eventId === entry.eventId &&
    stored.type === entry.type &&
    stored.stream === `message-${messageId}` &&
    metadata?.organizationId === entry.organization &&
    entry.at === (metadata.occurredAt ?? stored.created) &&
    entry.actor.id === (metadata.actorId ?? null) &&
    dataSchema.safeParse(stored.data).data?.messageId === messageId
  );
}

/** Types whose words are proven, and not only told. */
const proven = new Set(['MessageSent', 'MessageEdited']);

/** What is shown is what was stored in the clear, and what opens with the key that comes for it; else nothing. */
async function isShownAsSealed(entry: ProvenEntryView): Promise<boolean> {
  const { stored, data, content, contentKey, type } = entry;
  const { sealed, ...plain } = dataSchema.parse(stored.data);
  if ((content === null) !== (sealed === undefined)) return false;
  const isTold = content === 'present' && contentKey === undefined;
  if (isTold && proven.has(type)) return false;
  const words =
    contentKey === undefined || sealed === undefined ? {} : await opened(entry, contentKey, sealed.box);
  if (words === undefined) return false;
  const known = { ...plain, ...words };
  const isKnown = (name: string) => Object.hasOwn(known, name);
  const shown = Object.fromEntries(Object.entries(data).filter(([name]) => isKnown(name)));
  const isNoMore = Object.entries(data).every(([name, value]) => isKnown(name) || isTold || value === null);
  return isNoMore && canonicalize(shown) === canonicalize(known);
}

const nonceBytes = 12;
const wordsSchema = z.record(z.string(), z.unknown());

/** AES-256-GCM over `nonce ‖ ciphertext ‖ tag`, bound to the event. Undefined when the key does not open it. */
async function opened(
  { eventId, type }: ProvenEntryView,
  contentKey: string,
  sealed: string,
): Promise<Record<string, unknown> | undefined> {
  const box = fromBase64(sealed);
  const key = await crypto.subtle.importKey('raw', fromBase64(contentKey), 'AES-GCM', false, ['decrypt']);
  const additionalData = utf8(`${eventId}|${type}`);
  const algorithm = { name: 'AES-GCM', iv: box.slice(0, nonceBytes), additionalData };
  try {
    const bytes = await crypto.subtle.decrypt(algorithm, key, box.slice(nonceBytes));
    return wordsSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined; // what does not open with the key given for it proves nothing
  }
}
