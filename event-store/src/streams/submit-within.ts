import type { EventLog } from '../log/event-log.ts';
import type { WriteOperation } from '../log/committer.ts';
import { operationTimedOut } from './errors.ts';

/** Submits an operation that must have begun by then; one that waits longer is taken back and times out. */
export async function submitWithin<Result>(
  log: EventLog,
  beginBeforeMs: number,
  operation: WriteOperation<Result>,
): Promise<Result> {
  const submission = log.submit(operation);
  let timer: NodeJS.Timeout | undefined;
  const waitedTooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      if (submission.withdraw()) reject(operationTimedOut('the write did not get its turn'));
    }, beginBeforeMs - Date.now());
  });
  try {
    return await Promise.race([submission.outcome, waitedTooLong]);
  } finally {
    clearTimeout(timer);
  }
}
