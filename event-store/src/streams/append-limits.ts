/** Bounds of every append. */
export interface AppendLimits {
  /** Bytes of event data in one append. */
  readonly maxAppendBytes: number;
  /** How long an append may wait for its turn, in ms. */
  readonly writeTimeoutMs: number;
}
