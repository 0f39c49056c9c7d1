import { Problem, assertNever, closeCodes, type ClientFrame } from '@verbatim/shared';
import type { RelayContext } from '../relay-context.ts';
import type { Connection } from './connection.ts';
import { joinRoom } from './open-room.ts';

/** What a client that has been greeted says. */
export function dispatch(context: RelayContext, connection: Connection, frame: ClientFrame): void {
  switch (frame.type) {
    case 'hello':
      connection.close(closeCodes.badFrame);
      return;
    case 'join_room':
      void joinRoom(context, connection, frame.roomId, frame.after);
      return;
    case 'leave_room':
      connection.decline(frame.roomId);
      return;
    case 'message':
      sendMessage(context, connection, frame);
      return;
    case 'read':
      markRead(context, connection, frame);
      return;
    case 'typing':
      type(context, connection, frame.roomId);
      return;
    case 'presence':
      connection.presence = frame.status;
      if (connection.identity) context.presence.changed(connection.identity.claims);
      return;
    case 'token':
      void renew(context, connection, frame.token);
      return;
    case 'ping':
      connection.say({ type: 'pong' });
      return;
    default:
      assertNever(frame);
  }
}

type Said<Type extends ClientFrame['type']> = Extract<ClientFrame, { readonly type: Type }>;

function sendMessage({ commands }: RelayContext, connection: Connection, frame: Said<'message'>): void {
  const { id, roomId, text, replyTo, threadOf } = frame;
  queueCommand(connection, roomId, async () => {
    const outcome = await commands.sendMessage(connection.caller, roomId, { id, text, replyTo, threadOf });
    if (outcome.accepted) connection.say({ type: 'ack', id, position: outcome.position });
    else connection.say({ type: 'error', id, problem: outcome.problem });
  });
}

function markRead({ commands }: RelayContext, connection: Connection, { roomId, seq }: Said<'read'>): void {
  queueCommand(connection, roomId, async () => {
    const outcome = await commands.markRead(connection.caller, roomId, seq);
    if (!outcome.accepted) connection.say({ type: 'error', id: roomId, problem: outcome.problem });
  });
}

function queueCommand(connection: Connection, roomId: string, run: () => Promise<void>): void {
  const done = connection.commands.add(roomId, async () => {
    if (connection.phase.status === 'ready') await run();
  });
  void done.then(() => connection.throttle());
  connection.throttle();
}

/** Only those who are in a room may be seen typing there. */
function type({ typing }: RelayContext, connection: Connection, roomId: string): void {
  const claims = connection.identity?.claims;
  const room = connection.rooms.get(roomId);
  if (claims !== undefined && room?.isMember(connection) === true) {
    typing.here({ organizationId: claims.organizationId, roomId, userId: claims.userId });
    return;
  }
  const problem = new Problem(room === undefined ? 'not-found' : 'forbidden').toDetails();
  connection.say({ type: 'error', id: roomId, problem });
}

/** A new token for the same person; the session behind it must live. */
async function renew(context: RelayContext, connection: Connection, token: string): Promise<void> {
  const claims = context.tokens.verify(token);
  const current = connection.identity?.claims;
  const isSamePerson =
    claims?.userId === current?.userId && claims?.organizationId === current?.organizationId;
  if (claims === undefined || !isSamePerson) {
    connection.close(closeCodes.unauthenticated);
    return;
  }
  try {
    if ((await context.readModel.caller(claims)) === undefined) connection.close(closeCodes.unauthenticated);
    else connection.becomeReady({ claims, token });
  } catch (error) {
    // The token it has is good to its end, and the sweep looks after its session.
    context.logger.warn({ err: error }, 'a token could not be checked');
  }
}
