/** A stored event that is not what its type says; its room (or organization) is parked, never skipped silently. */
export class MalformedEventError extends Error {
  override readonly name = 'MalformedEventError';
}
