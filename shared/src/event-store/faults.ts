/** The event store failed or refused for a reason that no retry of ours can hide. */
export class EventStoreFault extends Error {
  override readonly name: string = 'EventStoreFault';
  /** Whether the same call may succeed later without anybody doing anything. */
  readonly isRetryable: boolean;

  constructor(message: string, options: { readonly cause?: unknown; readonly isRetryable: boolean }) {
    super(message, { cause: options.cause });
    this.isRetryable = options.isRetryable;
  }
}

/**
 * We have read further than the log reaches: the store was emptied, or an older backup was restored. What was
 * derived from the lost events must not go on as if nothing had happened; an operator decides.
 */
export class ImplausiblePositionError extends EventStoreFault {
  override readonly name = 'ImplausiblePositionError';

  constructor(position: bigint, head: bigint | undefined) {
    const end = head === undefined ? 'the log is empty' : `the log ends at ${head}`;
    super(
      `Position ${position} was read before, but ${end}. The event store was emptied or an older backup was restored.`,
      { isRetryable: false },
    );
  }
}
