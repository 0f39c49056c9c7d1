/** What was read from disk is not what was written. The read fails; nothing damaged is handed out. */
export class DamagedStoreError extends Error {
  override name = 'DamagedStoreError';
}

/** What LMDB says of pages that cannot be what it wrote. */
const LMDB_DAMAGE = /^MDB_(?:CORRUPTED|PAGE_NOTFOUND|INVALID|VERSION_MISMATCH|BAD_TXN|BAD_VALSIZE)/;

/** The damage that an error tells of, if it does. */
export function damageIn(error: unknown): DamagedStoreError | undefined {
  if (error instanceof DamagedStoreError) return error;
  if (!(error instanceof Error) || !LMDB_DAMAGE.test(error.message)) return undefined;
  return new DamagedStoreError(error.message, { cause: error });
}
