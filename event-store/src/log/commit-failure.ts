/** There is no room on the disk. Nothing of the append was stored; the same append may succeed later. */
export class DiskFullError extends Error {
  override name = 'DiskFullError';
}

/**
 * The disk failed while something was being written. Whether that was stored is not known, and nothing more may be
 * written before the store has been opened anew.
 */
export class StoreFailedError extends Error {
  override name = 'StoreFailedError';
}

/**
 * Why a commit failed, or undefined if it was no commit that failed but something inside the transaction. lmdb tells in
 * two steps: the error, and in it a promise that rejects with the reason and must not be left alone.
 */
export async function commitFailureOf(error: unknown): Promise<Error | undefined> {
  if (!(error instanceof Error) || !('commitError' in error)) return undefined;
  try {
    await error.commitError;
    return error;
  } catch (reason) {
    return reason instanceof Error ? reason : error;
  }
}
