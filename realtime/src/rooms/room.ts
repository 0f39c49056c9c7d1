import { limits, type DurableFrame } from '@verbatim/shared';
import { encodeFrame } from '../wire/encode-frame.ts';
import type { TickFlusher } from '../wire/tick-flusher.ts';
import { RoomAudience } from './room-audience.ts';
import { RoomLog, type RoomLogOptions } from './room-log.ts';
import type { ResumePoint, RoomPoint, RoomRights, Subscriber } from './subscriber.ts';

export interface RoomOptions extends Omit<RoomLogOptions, 'onFrame'> {
  readonly organizationId: string;
  readonly roomId: string;
  readonly flusher: TickFlusher;
  /** Each frame once the room has dealt with it. */
  readonly onTaken: (room: Room, frame: DurableFrame) => void;
}

/** Departures remembered, for rights that were read before one and are used after it. */
const maxDepartures = 1_000;

/** A room that at least one connection of this relay receives. */
export class Room {
  readonly organizationId: string;
  readonly roomId: string;
  readonly #log: RoomLog;
  readonly #audience: RoomAudience;
  readonly #departures = new Map<string, number>();
  readonly #onTaken: RoomOptions['onTaken'];
  /** The seq at which the room became private, if it did while it was held here. */
  #privateSince = 0;

  constructor(start: RoomPoint, options: RoomOptions) {
    this.organizationId = options.organizationId;
    this.roomId = options.roomId;
    this.#onTaken = options.onTaken;
    this.#log = new RoomLog(start, {
      ...options,
      onFrame: (frame, { bytes }) => this.#onFrame(frame, bytes),
    });
    this.#audience = new RoomAudience(options.roomId, this.#log, options.flusher);
  }

  get seq(): number {
    return this.#log.seq;
  }

  get epoch(): number {
    return this.#log.epoch;
  }

  get audienceSize(): number {
    return this.#audience.size;
  }

  take(frame: DurableFrame): void {
    this.#log.take(frame);
  }

  expect({ seq, epoch }: RoomPoint): void {
    this.raiseEpoch(epoch);
    this.#log.expect(seq);
  }

  /** Content was erased or expired: clients drop what they hold and fetch afresh. */
  raiseEpoch(epoch: number): void {
    if (!this.#log.raiseEpoch(epoch)) return;
    this.#audience.sendToAll({ type: 'reset', roomId: this.roomId, epoch });
    this.#audience.skipToLive();
  }

  /** Whether rights that were read a moment ago still hold here, which may know more by now. */
  admits(userId: string, { lastSeq, isMember }: RoomRights): boolean {
    if ((this.#departures.get(userId) ?? 0) > lastSeq) return false;
    return isMember || this.#privateSince <= lastSeq;
  }

  /**
   * Sends everything after where the client stands, or after where its rights were read. A client that stands
   * where this room never was is told to fetch afresh, one that is too far behind to fetch what is between;
   * both get what comes from now on.
   */
  subscribe(subscriber: Subscriber, rights: RoomRights, resume?: ResumePoint): void {
    const headSeq = Math.max(rights.lastSeq, this.seq);
    this.#audience.add(subscriber, rights, this.#startOf(subscriber, headSeq, resume) ?? rights.lastSeq);
  }

  #startOf(subscriber: Subscriber, headSeq: number, resume?: ResumePoint): number | undefined {
    if (resume === undefined) return undefined;
    const { roomId, epoch } = this;
    if (resume.seq > headSeq || (resume.epoch !== undefined && resume.epoch !== epoch)) {
      subscriber.send(encodeFrame({ type: 'reset', roomId, epoch }));
      return undefined;
    }
    if (headSeq - resume.seq <= limits.resumeFrames) return resume.seq;
    subscriber.send(encodeFrame({ type: 'gap', roomId, from: resume.seq + 1, to: headSeq }));
    return headSeq;
  }

  unsubscribe(subscriber: Subscriber): void {
    this.#audience.remove(subscriber);
  }

  isReceivedBy(subscriber: Subscriber): boolean {
    return this.#audience.has(subscriber);
  }

  grantMembership(subscriber: Subscriber): boolean {
    return this.#audience.grantMembership(subscriber);
  }

  isMember(subscriber: Subscriber): boolean {
    return this.#audience.isMember(subscriber);
  }

  sendMomentary(bytes: Buffer, exceptUserId?: string): void {
    this.#audience.sendMomentary(bytes, exceptUserId);
  }

  collectSubscribers(into: Set<Subscriber>): void {
    this.#audience.collect(into);
  }

  close(): void {
    this.#log.close();
  }

  #onFrame(frame: DurableFrame, bytes: Buffer): void {
    if (frame.type === 'participant_left') {
      this.#rememberDeparture(frame.userId, frame.seq);
      this.#audience.revoke(frame.seq, ({ subscriber }) => subscriber.userId === frame.userId);
    }
    if (frame.type === 'room_changed' && frame.visibility === 'private') {
      this.#privateSince = frame.seq;
      this.#audience.revoke(frame.seq, ({ isMember }) => !isMember);
    }
    if (frame.type === 'room_changed' && frame.visibility === 'public') this.#privateSince = 0;
    this.#audience.sendNext(bytes);
    if (frame.type === 'participant_joined') this.#audience.makeMember(frame.user.id, frame.seq);
    this.#onTaken(this, frame);
  }

  #rememberDeparture(userId: string, seq: number): void {
    this.#departures.delete(userId);
    this.#departures.set(userId, seq);
    if (this.#departures.size <= maxDepartures) return;
    for (const oldest of this.#departures.keys()) {
      this.#departures.delete(oldest);
      return;
    }
  }
}
