import { createHash } from 'node:crypto';
import { formatUuid } from './uuid-v7.ts';

/**
 * The UUID v5 (RFC 9562, 5.5) of a name in a namespace: the same two always give the same id.
 * @throws RangeError when the namespace is not a UUID.
 */
export function uuidV5(namespace: string, name: string): string {
  const namespaceBytes = Buffer.from(namespace.replaceAll('-', ''), 'hex');
  if (namespaceBytes.length !== 16) throw new RangeError(`not a UUID: ${namespace}`);
  const bytes = createHash('sha1').update(namespaceBytes).update(name, 'utf8').digest().subarray(0, 16);
  return formatUuid(bytes, 5);
}
