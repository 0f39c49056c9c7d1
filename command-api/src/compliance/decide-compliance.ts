import {
  assertNever,
  everyRoom,
  present,
  recordRoles,
  retentionDaysOf,
  roomDayName,
  type ExistingOrganization,
  type OrganizationEvent,
} from '@verbatim/shared';
import { accept, alreadySo, reject, type Decision } from '../deciding/decision.ts';
import { isLastOwner } from '../organization/last-owner.ts';
import { roleOf } from '../organization/organization-rights.ts';
import type {
  ApplyRetention,
  CompleteErasure,
  ComplianceCommand,
  PlaceHold,
  ReleaseHold,
  RequestErasure,
  SetRetention,
} from './compliance-command.ts';
import { coversPerson, coversRoomDay } from './hold-cover.ts';
import { isPastRetention } from './retention-day.ts';

type Decided = Decision<OrganizationEvent>;

/** A hold beats retention, and retention beats what people delete themselves: their words stay on the record until then. */
export function decideCompliance(command: ComplianceCommand, state: ExistingOrganization): Decided {
  if ('actorId' in command && !keepsTheRecord(command.actorId, state)) return reject('forbidden');
  switch (command.type) {
    case 'PlaceHold':
      return placeHold(command, state);
    case 'ReleaseHold':
      return releaseHold(command, state);
    case 'SetRetention':
      return setRetention(command, state);
    case 'ApplyRetention':
      return applyRetention(command, state);
    case 'RequestErasure':
      return requestErasure(command, state);
    case 'CompleteErasure':
      return completeErasure(command, state);
    default:
      return assertNever(command);
  }
}

function keepsTheRecord(userId: string, state: ExistingOrganization): boolean {
  const role = roleOf(userId, state);
  return role !== undefined && recordRoles.includes(role);
}

function placeHold(command: PlaceHold, { holds, members }: ExistingOrganization): Decided {
  const { holdId, name, reason, userIds, roomIds, from, to, ownRoomIds } = command;
  if (holds.has(holdId)) return reject('id-taken');
  if (userIds?.some((userId) => !members.has(userId)) === true) return reject('not-found');
  if (roomIds?.some((roomId) => !ownRoomIds.has(roomId)) === true) return reject('not-found');
  return accept({
    type: 'LegalHoldPlaced',
    data: {
      holdId,
      userIds: userIds && [...new Set(userIds)],
      roomIds: roomIds && [...new Set(roomIds)],
      from,
      to,
    },
    content: present({ name, reason }),
  });
}

function releaseHold({ holdId }: ReleaseHold, { holds }: ExistingOrganization): Decided {
  if (!holds.has(holdId)) return reject('not-found');
  return accept({ type: 'LegalHoldReleased', data: { holdId } });
}

function setRetention(command: SetRetention, { retentionDays }: ExistingOrganization): Decided {
  const { roomId, days, isOwnRoom } = command;
  if (!isOwnRoom) return reject('not-found');
  const rule = retentionDays.get(roomId ?? everyRoom);
  // Without a rule everything is kept for ever; in a room, saying so is a rule of its own all the same.
  if (rule === days || (rule === undefined && days === null && roomId === null)) return alreadySo;
  return accept({ type: 'RetentionSet', data: { roomId, days } });
}

function applyRetention({ today, roomDays, reach }: ApplyRetention, state: ExistingOrganization): Decided {
  const holds = [...state.holds.values()];
  const going = roomDays.filter(
    (roomDay) =>
      isPastRetention(roomDay.day, retentionDaysOf(state, roomDay.roomId), today) &&
      !state.expiredRoomDays.has(roomDayName(roomDay)) &&
      !holds.some((hold) => coversRoomDay(hold, roomDay, reach)),
  );
  if (going.length === 0) return alreadySo;
  return accept({ type: 'RetentionApplied', data: { roomDays: going } });
}

function requestErasure(command: RequestErasure, state: ExistingOrganization): Decided {
  const { erasureId, userId, reason, stays, reach } = command;
  const member = state.members.get(userId);
  if (member === undefined) return reject('not-found');
  for (const erasure of state.erasures.values()) if (erasure.userId === userId) return alreadySo;
  for (const hold of state.holds.values())
    if (coversPerson(hold, userId, stays, reach))
      return { accepted: false, rejection: { code: 'held', holdId: hold.holdId } };
  if (isLastOwner(userId, state)) return reject('last-owner');
  const requested: OrganizationEvent = {
    type: 'ErasureRequested',
    data: { erasureId, userId },
    content: present({ reason }),
  };
  const departed: OrganizationEvent = { type: 'UserDeactivated', data: { userId } };
  // Together: nobody is let in again between.
  return member.active ? accept<OrganizationEvent>(requested, departed) : accept(requested);
}

function completeErasure({ erasureId }: CompleteErasure, { erasures }: ExistingOrganization): Decided {
  const erasure = erasures.get(erasureId);
  if (erasure === undefined) return reject('not-found');
  if (erasure.done) return alreadySo;
  return accept({ type: 'ContentErased', data: { erasureId, userId: erasure.userId } });
}
