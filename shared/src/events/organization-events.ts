import { z } from 'zod';
import { organizationScope, personScope } from '../sealing/key-scope.ts';
import { plainEvent, sealedEvent } from './event-type.ts';

export const organizationRoles = ['owner', 'admin', 'compliance', 'member'] as const;
export type OrganizationRole = (typeof organizationRoles)[number];

const id = z.string();
const role = z.enum(organizationRoles);
const time = z.string();

export const organizationEvents = {
  OrganizationCreated: plainEvent('organization', z.object({ organizationId: id, name: z.string() })),
  UserInvited: sealedEvent(
    'organization',
    z.object({ invitationId: id, role, expiresAt: time }),
    z.object({ email: z.string().nullable() }),
    ({ invitationId }) => [personScope(invitationId)],
  ),
  InvitationRevoked: plainEvent('organization', z.object({ invitationId: id })),
  UserJoined: plainEvent(
    'organization',
    z.object({ userId: id, role, invitationId: id.nullable(), imported: z.boolean() }),
  ),
  OrganizationRoleChanged: plainEvent('organization', z.object({ userId: id, role })),
  UserDeactivated: plainEvent('organization', z.object({ userId: id })),
  UserReactivated: plainEvent('organization', z.object({ userId: id })),
  /** `days: null` keeps for ever; `roomId: null` is the organization's rule for rooms without their own. */
  RetentionSet: plainEvent(
    'organization',
    z.object({ roomId: id.nullable(), days: z.number().int().nullable() }),
  ),
  LegalHoldPlaced: sealedEvent(
    'organization',
    z.object({
      holdId: id,
      userIds: z.array(id).nullable(),
      roomIds: z.array(id).nullable(),
      from: time.nullable(),
      to: time.nullable(),
    }),
    z.object({ name: z.string(), reason: z.string() }),
    () => [organizationScope],
  ),
  LegalHoldReleased: plainEvent('organization', z.object({ holdId: id })),
  ErasureRequested: sealedEvent(
    'organization',
    z.object({ erasureId: id, userId: id }),
    z.object({ reason: z.string() }),
    () => [organizationScope],
  ),
  ContentErased: plainEvent('organization', z.object({ erasureId: id, userId: id })),
  /** Names the room-days whose keys are destroyed next. */
  RetentionApplied: plainEvent(
    'organization',
    z.object({ roomDays: z.array(z.object({ roomId: id, day: z.string() })) }),
  ),
};
