import {
  eventCatalogue,
  personScope,
  roomDayScope,
  type Keyring,
  type RecordedEvent,
} from '@verbatim/shared';

/** Keys that others have destroyed, or are about to, are dropped here at once: nothing more is sealed or opened with them. */
export function forgetKeysOf(keyring: Keyring, { type, stream, data }: RecordedEvent): void {
  const organizationId = stream.slice('organization-'.length);
  if (type === 'ErasureRequested' || type === 'ContentErased') {
    const { userId } = eventCatalogue[type].data.parse(data);
    keyring.forget(organizationId, [personScope(userId)]);
  }
  if (type === 'RetentionApplied') {
    const { roomDays } = eventCatalogue[type].data.parse(data);
    keyring.forget(
      organizationId,
      roomDays.map(({ roomId, day }) => roomDayScope(roomId, day)),
    );
  }
  if (type === 'InvitationRevoked') {
    const { invitationId } = eventCatalogue[type].data.parse(data);
    keyring.forget(organizationId, [personScope(invitationId)]);
  }
}
