import type { PeerMessage, Person, PresenceStatus } from '@verbatim/shared';
import { Subject, Subscription, bufferTime, delay, filter, interval, merge } from 'rxjs';
import type { Connection } from '../connection/connection.ts';
import { personKey, type People } from '../people/people.ts';
import type { RelayReadModel } from '../read-model/relay-read-model.ts';
import type { Room } from '../rooms/room.ts';
import type { Subscriber } from '../rooms/subscriber.ts';
import { PresenceAnnouncer } from './presence-announcer.ts';
import { PresenceBook, type PresenceChange } from './presence-book.ts';
import { RoomPeople } from './room-people.ts';

type PeerPresence = Extract<PeerMessage, { kind: 'presence' }>;

export interface PresenceOptions {
  readonly relayId: string;
  readonly people: People;
  readonly readModel: RelayReadModel;
  readonly tellPeers: (message: PeerMessage) => void;
  readonly onFault: (error: unknown) => void;
}

/** Changes of this time are told together. */
const windowMs = 200;
/** A page that is loaded again is gone for a moment; that is not worth telling. */
const leaveGraceMs = 2_000;
const heartbeatMs = 10_000;
/** A relay that is not heard for so long has crashed, and its people with it. */
const validForMs = 30_000;
const lookForExpiredEveryMs = 1_000;
const maxPeopleOfMessage = 500;

/**
 * Who is there: told to those who share a room with them, never stored, and right again by itself after any
 * loss, for relays repeat what they know and believe each other only for a while.
 */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #book = new PresenceBook();
  readonly #roomPeople: RoomPeople;
  readonly #announcer: PresenceAnnouncer;
  readonly #arrivals = new Subject<Person>();
  readonly #departures = new Subject<Person>();
  readonly #running = new Subscription();

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#roomPeople = new RoomPeople(
      options.readModel,
      (room, userIds) => this.#introduce(room, userIds),
      options.onFault,
    );
    this.#announcer = new PresenceAnnouncer(this.#book, (listener, { userId }) =>
      [...this.#roomPeople.roomsOf(userId)].some((room) => room.isReceivedBy(listener)),
    );
    this.#running.add(
      merge(this.#arrivals, this.#departures.pipe(delay(leaveGraceMs)))
        .pipe(
          bufferTime(windowMs),
          filter((people) => people.length > 0),
        )
        .subscribe((people) => this.#settle(people)),
    );
    this.#running.add(interval(heartbeatMs).subscribe(() => this.#tellPeers(this.#book.here())));
    this.#running.add(interval(lookForExpiredEveryMs).subscribe(() => this.#expire()));
  }

  /** The connection has become ready: it learns who is there, and others that its person is. */
  connected(connection: Connection, person: Person): void {
    const introduced = new Set([person.userId]);
    for (const room of connection.rooms.values()) {
      this.#roomPeople.watch(room);
      this.#tellOf(connection, room, introduced);
    }
    this.changed(person);
  }

  /** A device of the person came, or changed its status. */
  changed(person: Person): void {
    this.#book.setHere(person, this.#statusHere(person));
    this.#arrivals.next(person);
  }

  disconnected(person: Person): void {
    this.#departures.next(person);
  }

  roomJoined(connection: Connection, room: Room): void {
    this.#roomPeople.watch(room);
    this.#tellOf(connection, room, new Set([connection.userId]));
  }

  /** Somebody came into the room, or left it. */
  membersChanged(room: Room): void {
    this.#roomPeople.reload(room);
  }

  roomClosed(room: Room): void {
    this.#roomPeople.forget(room);
  }

  hear({ organizationId, relayId, people, validForMs: heldMs }: PeerPresence): void {
    const untilMs = Date.now() + heldMs;
    for (const { userId, status } of people) {
      const person = { organizationId, userId };
      this.#book.setElsewhere(person, relayId, status, untilMs);
      (status === 'offline' ? this.#departures : this.#arrivals).next(person);
    }
  }

  /** Another relay came up and knows nobody. */
  introduceAll(): void {
    this.#tellPeers(this.#book.here());
  }

  askPeers(): void {
    this.#options.tellPeers({ kind: 'presence-wanted', relayId: this.#options.relayId });
  }

  stop(): void {
    this.#tellPeers(this.#book.here().map((person) => ({ ...person, status: 'offline' })));
    this.#running.unsubscribe();
    this.#roomPeople.stop();
  }

  #statusHere(person: Person): PresenceStatus {
    const connections = this.#options.people.connectionsOf(person).filter(isReady);
    if (connections.length === 0) return 'offline';
    return connections.some(({ presence }) => presence === 'online') ? 'online' : 'away';
  }

  #settle(people: readonly Person[]): void {
    const distinct = [...new Map(people.map((person) => [personKey(person), person])).values()];
    for (const person of distinct) this.#book.setHere(person, this.#statusHere(person));
    this.#tellPeers(this.#book.settleHere(distinct));
    for (const change of this.#book.settle(distinct, Date.now())) this.#tell(change);
  }

  /** To everybody else who shares a room with the person, once each. */
  #tell(person: Person): void {
    const listeners = new Set<Subscriber>();
    for (const room of this.#roomPeople.roomsOf(person.userId)) room.collectSubscribers(listeners);
    this.#announcer.announce(person, listeners);
  }

  /** These of a room's people are known now: those who receive it learn who of them is there. */
  #introduce(room: Room, userIds: ReadonlySet<string>): void {
    const listeners = new Set<Subscriber>();
    room.collectSubscribers(listeners);
    for (const userId of userIds) this.#announceUnlessOffline(room, userId, listeners);
  }

  #tellOf(connection: Connection, room: Room, introduced: Set<string>): void {
    for (const userId of this.#roomPeople.of(room) ?? []) {
      if (introduced.has(userId)) continue;
      introduced.add(userId);
      this.#announceUnlessOffline(room, userId, [connection]);
    }
  }

  /** Offline is whoever nothing was said of. */
  #announceUnlessOffline({ organizationId }: Room, userId: string, listeners: Iterable<Subscriber>): void {
    const person = { organizationId, userId };
    if (this.#book.toldOf(person) !== 'offline') this.#announcer.announce(person, listeners);
  }

  #expire(): void {
    for (const person of this.#book.expired(Date.now())) this.#arrivals.next(person);
  }

  #tellPeers(people: readonly PresenceChange[]): void {
    const { relayId, tellPeers } = this.#options;
    const byOrganization = new Map<string, PresenceChange[]>();
    for (const person of people) {
      const members = byOrganization.get(person.organizationId);
      if (members === undefined) byOrganization.set(person.organizationId, [person]);
      else members.push(person);
    }
    for (const [organizationId, members] of byOrganization)
      for (let at = 0; at < members.length; at += maxPeopleOfMessage)
        tellPeers({
          kind: 'presence',
          organizationId,
          relayId,
          validForMs,
          people: members
            .slice(at, at + maxPeopleOfMessage)
            .map(({ userId, status }) => ({ userId, status })),
        });
  }
}

const isReady = ({ phase }: Connection): boolean => phase.status === 'ready';
