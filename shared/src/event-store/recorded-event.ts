/** An event as it was stored. `data` and `metadata` are parsed JSON of any shape: the codec checks them. */
export interface RecordedEvent {
  readonly stream: string;
  readonly revision: bigint;
  /** Its place in `$all`. */
  readonly position: bigint;
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: unknown;
  /** The store's stamp, in whole milliseconds. */
  readonly created: Date;
}
