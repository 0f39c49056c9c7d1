import { originOf, signCheckpoint, type CheckpointKey, type SqlSource } from '@verbatim/shared';
import { hashesOf } from './read-hashes.ts';

/** The signed note over the first `size` events of an organization; the same size gives the same note. */
export async function signTree(
  source: SqlSource,
  key: CheckpointKey,
  organizationId: string,
  size: number,
): Promise<string> {
  const [root = new Uint8Array()] = await hashesOf(source, organizationId, [{ from: 0, to: size }]);
  return signCheckpoint({ origin: originOf(key, organizationId), size, root }, key);
}
