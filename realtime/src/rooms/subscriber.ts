/** A connection as a room sees it. */
export interface Subscriber {
  readonly userId: string;
  /** False once it has ended, which any `send` may bring about: it was too slow. */
  readonly isOpen: boolean;
  /** Frames that must arrive, in order, or the connection ends. */
  send(bytes: Buffer): void;
  /** Frames that may be dropped. False when they are: there is too much to read yet. */
  sendMomentary(bytes: Buffer): boolean;
  /** Bytes that the other side has not taken yet. */
  readonly unreadBytes: number;
  /** Resolves once it has taken them, or has ended. */
  whenDrained(): Promise<void>;
  /** The room has become the person's own. */
  onMember(roomId: string, cursor: RoomPoint): void;
  /** The person may not read the room any more: it has let go of the connection already. */
  onLost(roomId: string): void;
}

/** Up to where a room has got, and in which epoch. */
export interface RoomPoint {
  readonly seq: number;
  readonly epoch: number;
}

/** Where a client says that it stands; without an epoch only the seq is compared. */
export interface ResumePoint {
  readonly seq: number;
  readonly epoch?: number | undefined;
}

/** What a person may of a room, as read from Postgres in one snapshot together with where the room stood. */
export interface RoomRights {
  readonly lastSeq: number;
  readonly isMember: boolean;
}
