/** gRPC's CANCELLED and UNAVAILABLE: how every call ends when its connection does. */
const connectionLossCodes: readonly unknown[] = [1, 14];

/**
 * When the connection drops while appends queue for the socket, @eventstore/db-client 6.2.1 rejects the append
 * (which we handle) and also a promise of its own that nobody can reach. That second one says nothing new.
 */
export function isStrayClientRejection(reason: unknown): boolean {
  return (
    reason instanceof Error &&
    'code' in reason &&
    connectionLossCodes.includes(reason.code) &&
    'details' in reason &&
    'metadata' in reason
  );
}
