/**
 * Why the event store could not be read on.
 * @throws the error itself when it is no fault of the store's
 */
export function readFaultOf(error: unknown): string {
  if (!(error instanceof Error) || error.name !== 'EventStoreFault') throw error;
  return error.cause instanceof Error ? error.cause.message : error.message;
}
