/** What was read from disk is not what was written. The read fails; nothing damaged is handed out. */
export class DamagedStoreError extends Error {
  override name = 'DamagedStoreError';
}
