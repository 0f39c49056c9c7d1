import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  assertNever,
  closeCodes,
  type ClientFrame,
  type Logger,
  type Metrics,
  type PeerMessage,
  type PushEvent,
  type PushSubscriber,
  type ReadinessCheck,
  type SqlSource,
  type TokenVerifier,
} from '@verbatim/shared';
import { Subject, Subscription, exhaustMap, interval, merge, mergeMap } from 'rxjs';
import type { CommandGateway } from './commands/command-gateway.ts';
import { Acceptor } from './connection/acceptor.ts';
import type { Connection } from './connection/connection.ts';
import { dispatch } from './connection/dispatch.ts';
import { drain } from './connection/drain.ts';
import { greet, type Hello } from './connection/greet.ts';
import { lookAfter } from './connection/heartbeat.ts';
import type { UpgradeRules } from './connection/upgrade.ts';
import type { RelayLimits } from './limits/relay-limits.ts';
import { People } from './people/people.ts';
import { Presence } from './presence/presence.ts';
import { afterFrame, takePush } from './push-items.ts';
import { createRelayReadModel } from './read-model/relay-read-model.ts';
import { createReconciler } from './reconcile/reconcile.ts';
import type { RelayContext } from './relay-context.ts';
import { RoomRegistry } from './rooms/room-registry.ts';
import { createTyping } from './typing/typing.ts';
import { TickFlusher } from './wire/tick-flusher.ts';

export interface RelayOptions extends UpgradeRules {
  readonly push: PushSubscriber;
  readonly database: SqlSource;
  readonly tokens: TokenVerifier;
  readonly commands: CommandGateway;
  readonly limits: RelayLimits;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Live WebSockets on `/ws` and `/ws/chat/{roomId}`. */
export interface Relay {
  /** For an HTTP server's `upgrade` event. Other paths are answered 404. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  readonly readiness: readonly ReadinessCheck[];
  /** Sends everybody away, spread over some seconds, to come back elsewhere or later. */
  stop(): Promise<void>;
}

const roundEveryMs = 1_000;
/** Hellos that are looked at together; the others wait their turn instead of for a database connection. */
const maxGreetingsAtOnce = 100;

export function createRelay(options: RelayOptions): Relay {
  const { push, commands, tokens, limits, logger, metrics } = options;
  const relayId = randomUUID();
  const flusher = new TickFlusher();
  const readModel = createRelayReadModel(options.database);
  const people = new People(limits.framesOfUser);
  const onFault = (error: unknown): void => logger.warn({ err: error }, 'Postgres could not be asked');
  const tellPeers = (message: PeerMessage): void => push.sendToPeers(message);
  const presence = new Presence({ relayId, people, readModel, tellPeers, onFault });
  const rooms: RoomRegistry = new RoomRegistry({
    flusher,
    readFrames: (...wanted) => readModel.framesAfter(...wanted),
    onTaken: (room, frame) => afterFrame(context, room, frame),
    onClosed: (room) => presence.roomClosed(room),
    onFault,
  });
  const typing = createTyping(rooms, tellPeers);
  const context: RelayContext = {
    readModel,
    rooms,
    people,
    presence,
    typing,
    commands,
    tokens,
    limits,
    logger,
  };
  const reconciler = createReconciler(context);
  const counters = countersOf(metrics);

  const greetings = new Subject<() => Promise<void>>();
  const acceptor: Acceptor = new Acceptor({
    ...options,
    flusher,
    events: {
      onFrame: (connection, frame) => takeFrame(connection, frame),
      onClosed: (connection) => release(connection),
      onCut: () => counters.cut.inc(),
    },
  });
  const takeFrame = (connection: Connection, frame: ClientFrame): void => {
    const { phase } = connection;
    switch (phase.status) {
      case 'greeting':
        if (frame.type === 'hello') takeHello(connection, frame);
        else connection.close(closeCodes.unauthenticated);
        return;
      case 'waiting':
      case 'entering':
        connection.holdBack(frame);
        return;
      case 'ready':
        if (people.get(phase.identity.claims)?.frames.take(Date.now()) === false)
          connection.close(closeCodes.tooManyFrames);
        else dispatch(context, connection, frame);
        return;
      case 'closed':
        return;
      default:
        assertNever(phase);
    }
  };
  const takeHello = (connection: Connection, hello: Hello): void => {
    connection.awaitTurn();
    greetings.next(async () => {
      await greet(context, connection, hello);
      acceptor.greeted(connection);
      for (const early of connection.readOn()) takeFrame(connection, early);
    });
  };
  const release = (connection: Connection): void => {
    for (const room of connection.rooms.values()) room.unsubscribe(connection);
    const claims = connection.identity?.claims;
    if (claims === undefined) return;
    people.remove(connection, claims);
    presence.disconnected(claims);
  };

  let isPushConnected = false;
  let isEverythingDue = true;
  const pushConnected = new Subject<void>();
  const takePushEvent = (event: PushEvent): void => {
    switch (event.type) {
      case 'batch':
        counters.pushed.inc(event.batch.items.length);
        for (const item of event.batch.items) takePush(context, item);
        return;
      case 'peer':
        if (event.message.kind === 'typing') typing.elsewhere(event.message);
        else if (event.message.kind === 'presence') presence.hear(event.message);
        else presence.introduceAll();
        return;
      case 'connected':
        isPushConnected = true;
        isEverythingDue = true;
        presence.askPeers();
        pushConnected.next();
        return;
      case 'disconnected':
        isPushConnected = false;
        logger.debug({ err: event.cause }, 'no pushes for now');
    }
  };
  const reconcile = async (): Promise<void> => {
    const isEverything = isEverythingDue;
    isEverythingDue = false;
    try {
      await (isEverything ? reconciler.everything() : reconciler.round());
    } catch (error) {
      isEverythingDue ||= isEverything;
      onFault(error);
    }
  };
  const lookAround = (): void => {
    const nowMs = Date.now();
    lookAfter(acceptor.connections, nowMs);
    rooms.sweep(nowMs);
    counters.sockets.set(acceptor.connections.size);
    counters.people.set(people.size);
    counters.rooms.set(rooms.size);
  };

  const running = new Subscription();
  running.add(greetings.pipe(mergeMap((run) => run(), maxGreetingsAtOnce)).subscribe());
  running.add(merge(pushConnected, interval(roundEveryMs)).pipe(exhaustMap(reconcile)).subscribe());
  running.add(interval(roundEveryMs).subscribe(lookAround));
  running.add(push.events.subscribe(takePushEvent));

  return {
    handleUpgrade: (request, socket, head) => acceptor.handleUpgrade(request, socket, head),
    readiness: [
      { name: 'push', check: () => ({ isReady: isPushConnected }) },
      {
        name: 'read-models',
        check: async () => {
          await options.database.query('SELECT 1 FROM chat.checkpoint');
          return { isReady: true };
        },
      },
    ],
    stop: async () => {
      acceptor.close();
      await drain(acceptor.connections);
      presence.stop();
      typing.stop();
      await push.stop();
      running.unsubscribe();
      rooms.close();
      commands.stop();
    },
  };
}

function countersOf(metrics: Metrics) {
  return {
    sockets: metrics.gauge('relay_sockets', 'WebSockets that are open.'),
    people: metrics.gauge('relay_people', 'People with at least one socket.'),
    rooms: metrics.gauge('relay_rooms', 'Rooms that somebody receives.'),
    pushed: metrics.counter('relay_push_items_total', 'Items that projectors pushed.'),
    cut: metrics.counter('relay_cut_sockets_total', 'Sockets cut because they did not read.'),
  };
}
