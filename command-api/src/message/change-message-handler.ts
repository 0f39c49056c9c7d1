import { Problem, streamOf } from '@verbatim/shared';
import { answerOf } from '../deciding/answer.ts';
import { contextOf } from '../deciding/new-context.ts';
import type { Answer, AuthenticatedRequest } from '../http/route.ts';
import { mentionsIn } from '../mentions/mentions-in.ts';
import type { RoomWorld } from '../room/room-rights.ts';
import type { Services } from '../services.ts';
import type { UnreadMessage } from '../streams/kinds.ts';
import { decideMessage } from './decide-message.ts';
import { findMessage } from './find-message.ts';
import type { EditMessage, MessageCommand, SendMessage } from './message-command.ts';
import { withText } from './with-text.ts';

type ChangeRequest = AuthenticatedRequest<{ messageId: string }, unknown, unknown>;

/** Everything that is done to a message that is there, but editing it. */
export async function changeMessage(
  services: Services,
  request: ChangeRequest,
  command: Exclude<MessageCommand, SendMessage | EditMessage>,
): Promise<Answer> {
  return runOnMessage(services, request, command.type, (unread, world) =>
    decideMessage(command, { ...world, message: unread.message }),
  );
}

/** Editing needs to know the text as it is: the same again is no change. */
export async function editMessage(
  services: Services,
  request: AuthenticatedRequest<{ messageId: string }, unknown, { text: string }>,
): Promise<Answer> {
  const { text } = request.body;
  const actorId = request.principal.userId;
  return runOnMessage(services, request, 'EditMessage', async (unread, world) => {
    const message = await withText(services, unread);
    const mentions = await mentionsIn(services, request.principal.organizationId, text, world);
    return decideMessage({ type: 'EditMessage', actorId, text, mentions }, { ...world, message });
  });
}

async function runOnMessage(
  services: Services,
  request: ChangeRequest,
  name: Exclude<MessageCommand, SendMessage>['type'],
  decide: (
    unread: UnreadMessage,
    world: RoomWorld,
  ) => ReturnType<typeof decideMessage> | Promise<ReturnType<typeof decideMessage>>,
): Promise<Answer> {
  const { states, keyring, runner } = services;
  const { messageId } = request.parameters;
  const { organizationId } = request.principal;
  const found = await findMessage(states, organizationId, messageId);
  if (found === undefined) throw new Problem('not-found');
  const context = await contextOf(request, name, keyring);
  const outcome = await runner.run(context, {
    streams: states.messages,
    stream: streamOf.message(messageId),
    roomId: found.roomId,
    world: (freshness) => states.roomWorld(organizationId, found.roomId, freshness),
    decide,
  });
  return answerOf(messageId, outcome);
}
