import { uuidV5 } from './uuid-v5.ts';

/** The one direct room of two people (or of one with oneself) in an organization. */
export function directRoomId(organizationId: string, oneId: string, otherId: string): string {
  const [first, second] = oneId < otherId ? [oneId, otherId] : [otherId, oneId];
  return uuidV5(organizationId, `direct:${first}:${second}`);
}

/** Ids of what an import makes: a message's is the v5 of its source id in the organization's namespace. */
export const importedMessageId = (organizationId: string, sourceId: string): string =>
  uuidV5(organizationId, sourceId);
export const importedRoomId = (organizationId: string, roomName: string): string =>
  uuidV5(uuidV5(organizationId, 'imported-rooms'), roomName);
export const importedUserId = (organizationId: string, sourceUserId: string): string =>
  uuidV5(uuidV5(organizationId, 'imported-users'), sourceUserId);

/** What makes a command itself: the same again must find the same events. */
export interface CommandIdentity {
  readonly organizationId: string;
  readonly actorId: string;
  /** The command's name, such as `SendMessage`. */
  readonly command: string;
  readonly commandId: string;
}

/** The id of the n-th event that a command appends, so that a retried append is the same append. */
export function eventId(identity: CommandIdentity, index: number): string {
  const { organizationId, actorId, command, commandId } = identity;
  return uuidV5(organizationId, `${actorId}:${command}:${commandId}:${index}`);
}

/** An id for what a command makes when the client chose none: a retry under the same key makes the same. */
export const createdId = (identity: CommandIdentity): string =>
  uuidV5(identity.organizationId, `created:${identity.actorId}:${identity.command}:${identity.commandId}`);
