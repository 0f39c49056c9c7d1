import { assertNever } from '../assert-never.ts';
import type { DomainEventOf, OrganizationEvent } from '../events/catalogue.ts';
import type { OrganizationRole } from '../events/organization-events.ts';
import { folding } from './fold.ts';

export interface NoOrganization {
  readonly status: 'none';
}

export interface Member {
  readonly role: OrganizationRole;
  readonly active: boolean;
  /** Brought in by an import: an author who cannot log in until invited. */
  readonly imported: boolean;
}

export interface Invitation {
  readonly status: 'open' | 'accepted' | 'revoked';
  readonly role: OrganizationRole;
  /** ISO 8601. */
  readonly expiresAt: string;
}

export interface RoomDay {
  readonly roomId: string;
  /** UTC, `2026-11-22`. */
  readonly day: string;
}

export type LegalHold = DomainEventOf<'LegalHoldPlaced'>['data'];

export interface ExistingOrganization {
  readonly status: 'active';
  readonly organizationId: string;
  readonly name: string;
  /** By user id, in the order in which they joined. */
  readonly members: ReadonlyMap<string, Member>;
  readonly invitations: ReadonlyMap<string, Invitation>;
  /** By room id; a room without a rule of its own has `everyRoom`'s. Null, or no rule at all: for ever. */
  readonly retentionDays: ReadonlyMap<string, number | null>;
  /** Holds in force, by id. */
  readonly holds: ReadonlyMap<string, LegalHold>;
  /** Erasures that were asked for, by id; `done` once nothing readable is left. */
  readonly erasures: ReadonlyMap<string, { readonly userId: string; readonly done: boolean }>;
  /** Room-days whose keys retention destroyed, as `roomId:day`. */
  readonly expiredRoomDays: ReadonlySet<string>;
}

export type OrganizationState = NoOrganization | ExistingOrganization;

export const roomDayName = ({ roomId, day }: RoomDay): string => `${roomId}:${day}`;

/** After how many days what is said in a room goes; null keeps it for ever. */
export function retentionDaysOf(
  { retentionDays }: Pick<ExistingOrganization, 'retentionDays'>,
  roomId: string,
): number | null {
  const own = retentionDays.get(roomId);
  return own === undefined ? (retentionDays.get(everyRoom) ?? null) : own;
}

/** The key in `retentionDays` of the rule for all rooms that have none. */
export const everyRoom = '';

type Draft = NoOrganization | DraftOrganization;
interface DraftOrganization extends ExistingOrganization {
  readonly members: Map<string, Member>;
  readonly invitations: Map<string, Invitation>;
  readonly retentionDays: Map<string, number | null>;
  readonly holds: Map<string, LegalHold>;
  readonly erasures: Map<string, { userId: string; done: boolean }>;
  readonly expiredRoomDays: Set<string>;
}

export const organization = folding<OrganizationState, Draft, OrganizationEvent>({
  initial: { status: 'none' },
  draft: (state) =>
    state.status === 'none'
      ? state
      : {
          ...state,
          members: new Map(state.members),
          invitations: new Map(state.invitations),
          retentionDays: new Map(state.retentionDays),
          holds: new Map(state.holds),
          erasures: new Map(state.erasures),
          expiredRoomDays: new Set(state.expiredRoomDays),
        },
  apply: (draft, event) => {
    if (draft.status === 'none') return create(draft, event);
    change(draft, event);
    return draft;
  },
});

function create(draft: NoOrganization, event: OrganizationEvent): Draft {
  if (event.type !== 'OrganizationCreated') return draft;
  return {
    status: 'active',
    organizationId: event.data.organizationId,
    name: event.data.name,
    members: new Map(),
    invitations: new Map(),
    retentionDays: new Map(),
    holds: new Map(),
    erasures: new Map(),
    expiredRoomDays: new Set(),
  };
}

function change(draft: DraftOrganization, event: OrganizationEvent): void {
  switch (event.type) {
    case 'OrganizationCreated':
      return;
    case 'UserInvited': {
      const { invitationId, role, expiresAt } = event.data;
      draft.invitations.set(invitationId, { status: 'open', role, expiresAt });
      return;
    }
    case 'InvitationRevoked':
      closeInvitation(draft, event.data.invitationId, 'revoked');
      return;
    case 'UserJoined': {
      const { userId, role, invitationId, imported } = event.data;
      draft.members.set(userId, { role, active: true, imported });
      if (invitationId !== null) closeInvitation(draft, invitationId, 'accepted');
      return;
    }
    case 'OrganizationRoleChanged':
      changeMember(draft, event.data.userId, { role: event.data.role });
      return;
    case 'UserDeactivated':
      changeMember(draft, event.data.userId, { active: false });
      return;
    case 'UserReactivated':
      changeMember(draft, event.data.userId, { active: true });
      return;
    case 'RetentionSet': {
      const { roomId, days } = event.data;
      draft.retentionDays.set(roomId ?? everyRoom, days);
      return;
    }
    case 'LegalHoldPlaced':
      draft.holds.set(event.data.holdId, event.data);
      return;
    case 'LegalHoldReleased':
      draft.holds.delete(event.data.holdId);
      return;
    case 'ErasureRequested':
      draft.erasures.set(event.data.erasureId, { userId: event.data.userId, done: false });
      return;
    case 'ContentErased':
      draft.erasures.set(event.data.erasureId, { userId: event.data.userId, done: true });
      return;
    case 'RetentionApplied':
      for (const roomDay of event.data.roomDays) draft.expiredRoomDays.add(roomDayName(roomDay));
      return;
    default:
      assertNever(event);
  }
}

function changeMember(draft: DraftOrganization, userId: string, changed: Partial<Member>): void {
  const member = draft.members.get(userId);
  if (member !== undefined) draft.members.set(userId, { ...member, ...changed });
}

function closeInvitation(
  draft: DraftOrganization,
  invitationId: string,
  status: Exclude<Invitation['status'], 'open'>,
): void {
  const invitation = draft.invitations.get(invitationId);
  if (invitation !== undefined) draft.invitations.set(invitationId, { ...invitation, status });
}
