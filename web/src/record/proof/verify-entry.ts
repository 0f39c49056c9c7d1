import type { ProvenEntryView } from '@verbatim/shared/browser';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { fromBase64, joined, sha256, toBase64, toHex, utf8, type Bytes } from './bytes.ts';
import type { Checkpoint } from './open-checkpoint.ts';
import { verifyInclusion } from './verify-inclusion.ts';

/**
 * What is wrong with an event of the record, or undefined when it proves itself: what was stored hashes to its leaf,
 * the leaf leads to the root that was signed, and the words shown are those that were stored.
 */
export async function faultOf(
  entry: ProvenEntryView,
  checkpoint: Checkpoint | undefined,
): Promise<string | undefined> {
  const { stored, inclusion } = entry;
  if (checkpoint === undefined) return 'the checkpoint is not signed with its key';
  if (!checkpoint.origin.endsWith(`/${entry.organization}`)) return 'the checkpoint is of others';
  const isAsStored =
    (await hexOfJson(stored.data)) === stored.dataSha256 &&
    (await hexOfJson(stored.metadata)) === stored.metadataSha256;
  if (!isAsStored) return 'what was stored was changed';
  if (stored.eventId !== entry.eventId || stored.type !== entry.type) return 'it is shown as another event';
  if (toBase64(await leafHash(stored)) !== inclusion.leafHash) return 'its leaf is not the one it has';
  const isOfCheckpoint = inclusion.treeSize === checkpoint.size && inclusion.rootHash === checkpoint.root;
  if (inclusion.leafIndex !== entry.leafIndex || !isOfCheckpoint || !(await verifyInclusion(inclusion)))
    return 'its proof does not lead to the signed root';
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

/** Types whose words are proven, and not only told. */
const proven = new Set(['MessageSent', 'MessageEdited']);
const nonceBytes = 12;
const sealedSchema = z.object({ sealed: z.object({ box: z.string() }) });
const wordsSchema = z.record(z.string(), z.unknown());

/** With the key of its words they are decrypted here: AES-256-GCM over `nonce ‖ ciphertext ‖ tag`, bound to the event. */
async function isShownAsSealed(entry: ProvenEntryView): Promise<boolean> {
  const { contentKey, stored, data, eventId, type } = entry;
  if (contentKey === undefined) return !(entry.content === 'present' && proven.has(type));
  try {
    const box = fromBase64(sealedSchema.parse(stored.data).sealed.box);
    const key = await crypto.subtle.importKey('raw', fromBase64(contentKey), 'AES-GCM', false, ['decrypt']);
    const algorithm = {
      name: 'AES-GCM',
      iv: box.slice(0, nonceBytes),
      additionalData: utf8(`${eventId}|${type}`),
    };
    const opened = await crypto.subtle.decrypt(algorithm, key, box.slice(nonceBytes));
    const words = wordsSchema.parse(JSON.parse(new TextDecoder().decode(opened)));
    const shown = Object.fromEntries(Object.keys(words).map((name) => [name, data[name]]));
    return canonicalize(shown) === canonicalize(words);
  } catch {
    return false; // what does not open with the key given for it proves nothing
  }
}
