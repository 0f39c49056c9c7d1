import type { DomainEvent, DomainEventOf, EventName } from '@verbatim/shared';

/** Names that security tools know from Slack's audit log; what has none there keeps its own, in the same spelling. */
const actions: Partial<Record<EventName, string>> = {
  UserRegistered: 'user_created',
  UserDeactivated: 'user_deactivated',
  UserReactivated: 'user_reactivated',
  SessionStarted: 'user_login',
  SessionEnded: 'user_logout',
  LoginFailed: 'user_login_failed',
  RoomArchived: 'channel_archive',
  RoomUnarchived: 'channel_unarchive',
  ParticipantJoined: 'user_channel_join',
  ParticipantAdded: 'user_channel_join',
  ParticipantLeft: 'user_channel_leave',
  ParticipantRemoved: 'user_channel_leave',
  MessageDeleted: 'message_tombstoned',
  ExportRequested: 'manual_export_started',
  ExportCompleted: 'manual_export_completed',
  LegalHoldPlaced: 'legal_hold_policy_created',
  LegalHoldReleased: 'legal_hold_policy_released',
  RetentionSet: 'pref.public_channel_retention_changed',
};

/** What an event is called in audit logs. Some names depend on what it says, so an unopened one may be less exact. */
export function actionOf(event: DomainEvent): string {
  switch (event.type) {
    case 'RoomCreated':
      return event.data.visibility === 'public' ? 'public_channel_created' : 'private_channel_created';
    case 'RoomDetailsChanged':
      return detailsAction(event);
    case 'OrganizationRoleChanged':
      return `role_change_to_${event.data.role === 'member' ? 'user' : event.data.role}`;
    default:
      return actionOfType(event.type);
  }
}

/** The name by the type alone, for events that cannot be decoded. */
export function actionOfType(type: string): string {
  const known: string | undefined = Object.hasOwn(actions, type) ? actions[type as EventName] : undefined;
  return known ?? type.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

function detailsAction({ data, content }: DomainEventOf<'RoomDetailsChanged'>): string {
  if (data.visibility === 'public') return 'private_channel_converted_to_public';
  if (data.visibility === 'private') return 'public_channel_converted_to_private';
  if (content.status === 'present' && content.fields.name !== undefined) return 'channel_renamed';
  return 'channel_details_changed';
}
