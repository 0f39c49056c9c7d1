import { limits, type ServerFrame } from '@verbatim/shared';
import { encodeFrame } from '../wire/encode-frame.ts';
import type { Flushable, TickFlusher } from '../wire/tick-flusher.ts';
import type { RoomLog } from './room-log.ts';
import type { RoomRights, Subscriber } from './subscriber.ts';

interface Subscription {
  readonly subscriber: Subscriber;
  /** The seq as of which its rights were read: what the room says of membership up to there is in them. */
  readonly rightsAsOf: number;
  isMember: boolean;
  /** The last frame it was sent, while it is not live; those that are live have what the log has. */
  cursor: number;
}

/** A catch-up pauses while its socket has more than this to read. */
const catchUpUnreadBytes = 256 * 1024;

/**
 * Who receives a room, and the hand-over from catching up to live.
 *
 * The problem: a subscriber that stands at seq 90 while the room stands at 100 is sent 91 to 100 from history,
 * which may take time, and while it does 101 is pushed. Sent at once, 101 comes before 100; sent to nobody but
 * those who are live, it is lost to this one; queued beside the catch-up, it may come twice, for the catch-up
 * may have read it as well.
 *
 * The algorithm: a subscriber is either live or has a cursor. A pushed frame goes to those who are live, and
 * to nobody else. A subscriber with a cursor is sent the frame after its cursor, whose seq is then its cursor,
 * and so on until the cursor is where the room is; in that very turn of the event loop, in which no frame can
 * be pushed, it becomes live. So each frame reaches it by one way only and none is left out between the two.
 * One that is ahead of the room (Postgres was asked before the push came) becomes live when the room gets
 * there. The tick's frames that live subscribers have not been handed yet are handed out before anybody
 * becomes live or leaves, for they are meant for those who were live when they came.
 */
export class RoomAudience implements Flushable {
  readonly #roomId: string;
  readonly #log: RoomLog;
  readonly #flusher: TickFlusher;
  readonly #subscriptions = new Map<Subscriber, Subscription>();
  readonly #live = new Set<Subscriber>();
  /** Subscribers that are ahead of the room. */
  #aheadCount = 0;
  #pending: Buffer[] = [];

  constructor(roomId: string, log: RoomLog, flusher: TickFlusher) {
    this.#roomId = roomId;
    this.#log = log;
    this.#flusher = flusher;
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  has(subscriber: Subscriber): boolean {
    return this.#subscriptions.has(subscriber);
  }

  isMember(subscriber: Subscriber): boolean {
    return this.#subscriptions.get(subscriber)?.isMember === true;
  }

  /** False when the subscriber is a member already. */
  grantMembership(subscriber: Subscriber): boolean {
    const subscription = this.#subscriptions.get(subscriber);
    if (subscription === undefined || subscription.isMember) return false;
    subscription.isMember = true;
    return true;
  }

  /**
   * From `cursor` on, as soon as the subscriber has been sent what comes before. One that has ended, if only by
   * what it was told of the room a moment ago, would stay here for good: nobody removes it any more.
   */
  add(subscriber: Subscriber, { lastSeq, isMember }: RoomRights, cursor: number): void {
    this.remove(subscriber);
    if (!subscriber.isOpen) return;
    const subscription = { subscriber, rightsAsOf: lastSeq, isMember, cursor };
    this.#subscriptions.set(subscriber, subscription);
    if (cursor > this.#log.seq) this.#aheadCount += 1;
    else void this.#catchUp(subscription);
  }

  remove(subscriber: Subscriber): void {
    const subscription = this.#subscriptions.get(subscriber);
    if (subscription === undefined) return;
    if (this.#live.has(subscriber)) this.flush();
    else if (subscription.cursor > this.#log.seq) this.#aheadCount -= 1;
    this.#live.delete(subscriber);
    this.#subscriptions.delete(subscriber);
  }

  /** The person has come into the room at this seq. Those of their connections that are here know now. */
  makeMember(userId: string, seq: number): void {
    for (const subscription of this.#subscriptions.values()) {
      const { subscriber, rightsAsOf } = subscription;
      if (subscriber.userId !== userId || subscription.isMember || rightsAsOf >= seq) continue;
      subscription.isMember = true;
      subscriber.onMember(this.#roomId, { seq, epoch: this.#log.epoch });
    }
  }

  /** Ends the subscriptions that the frame at `seq` leaves without a right; it is not sent to them. */
  revoke(seq: number, hasLostRight: (subscription: Readonly<Subscription>) => boolean): void {
    for (const subscription of [...this.#subscriptions.values()]) {
      if (subscription.rightsAsOf >= seq || !hasLostRight(subscription)) continue;
      this.remove(subscription.subscriber);
      subscription.subscriber.onLost(this.#roomId);
    }
  }

  /** The frame that the log has just taken. */
  sendNext(bytes: Buffer): void {
    if (this.#pending.length === 0) this.#flusher.room(this);
    this.#pending.push(bytes);
    if (this.#aheadCount === 0) return;
    for (const subscription of this.#subscriptions.values())
      if (subscription.cursor === this.#log.seq && !this.#live.has(subscription.subscriber)) {
        this.#aheadCount -= 1;
        this.#goLive(subscription);
      }
  }

  /** Says something beside the room's frames that everybody must learn, after what was sent before. */
  sendToAll(frame: ServerFrame): void {
    this.flush();
    const bytes = encodeFrame(frame);
    for (const subscriber of this.#subscriptions.keys()) subscriber.send(bytes);
  }

  /** What they have not been sent yet would be of the past: everybody goes on from where the room is. */
  skipToLive(): void {
    for (const subscription of this.#subscriptions.values())
      if (!this.#live.has(subscription.subscriber) && subscription.cursor <= this.#log.seq) {
        subscription.cursor = this.#log.seq;
        this.#goLive(subscription);
      }
  }

  /** Also to those who catch up yet: what is said now is not in what they catch up on. */
  sendMomentary(bytes: Buffer, exceptUserId?: string): void {
    for (const subscriber of this.#subscriptions.keys())
      if (subscriber.userId !== exceptUserId) subscriber.sendMomentary(bytes);
  }

  collect(into: Set<Subscriber>): void {
    for (const subscriber of this.#subscriptions.keys()) into.add(subscriber);
  }

  flush(): void {
    if (this.#pending.length === 0) return;
    const [first, ...rest] = this.#pending;
    const bytes = first !== undefined && rest.length === 0 ? first : Buffer.concat(this.#pending);
    this.#pending = [];
    for (const subscriber of this.#live) subscriber.send(bytes);
  }

  #goLive(subscription: Subscription): void {
    this.flush();
    this.#live.add(subscription.subscriber);
  }

  async #catchUp(subscription: Subscription): Promise<void> {
    const { subscriber } = subscription;
    const isBehind = (): boolean =>
      this.#subscriptions.get(subscriber) === subscription &&
      !this.#live.has(subscriber) &&
      subscription.cursor < this.#log.seq;

    let wanted: number = limits.resumeFrames;
    while (isBehind()) {
      if (this.#log.seq - subscription.cursor > limits.resumeFrames) {
        const gap = { roomId: this.#roomId, from: subscription.cursor + 1, to: this.#log.seq };
        subscriber.send(encodeFrame({ type: 'gap', ...gap }));
        subscription.cursor = this.#log.seq;
      } else if (subscriber.unreadBytes > catchUpUnreadBytes) await subscriber.whenDrained();
      else {
        const { cursor } = subscription;
        const frames = this.#log.recentAfter(cursor) ?? (await this.#log.readAfter(cursor, wanted));
        for (const { seq, bytes } of frames) {
          // Further than the room's own frames nothing is told: the next may take the right to it away.
          if (!isBehind() || subscriber.unreadBytes > catchUpUnreadBytes) break;
          if (seq !== subscription.cursor + 1) continue;
          subscriber.send(bytes);
          subscription.cursor = seq;
        }
        // What the socket had no room for is not kept but read again: of large frames fewer at a time.
        const sent = subscription.cursor - cursor;
        wanted = sent < frames.length ? sent + 1 : Math.min(2 * wanted, limits.resumeFrames);
      }
    }
    const isHere = this.#subscriptions.get(subscriber) === subscription;
    if (isHere && subscription.cursor === this.#log.seq) this.#goLive(subscription);
  }
}
