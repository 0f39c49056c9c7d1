import { assertNever } from '../assert-never.ts';
import type { RoomEvent } from '../events/catalogue.ts';
import type { RoomKind, RoomRole, RoomSettings, Visibility } from '../events/room-events.ts';
import { fieldsOf } from '../sealing/content.ts';
import { folding } from './fold.ts';

export interface NoRoom {
  readonly status: 'none';
}

/** A room that is there; `archived` rooms are read-only. */
export interface ExistingRoom {
  readonly status: 'active' | 'archived';
  readonly roomId: string;
  readonly kind: RoomKind;
  readonly visibility: Visibility;
  readonly imported: boolean;
  /** Null where the room has none (direct rooms) or its key is gone. */
  readonly name: string | null;
  readonly description: string;
  readonly topic: string;
  readonly settings: RoomSettings;
  /** By user id, in the order in which they came. */
  readonly participants: ReadonlyMap<string, RoomRole>;
}

export type RoomState = NoRoom | ExistingRoom;

interface DraftRoom extends ExistingRoom {
  readonly participants: Map<string, RoomRole>;
}
type Draft = NoRoom | DraftRoom;

export const room = folding<RoomState, Draft, RoomEvent>({
  initial: { status: 'none' },
  draft: (state) =>
    state.status === 'none' ? state : { ...state, participants: new Map(state.participants) },
  apply: (draft, event) => (draft.status === 'none' ? create(draft, event) : change(draft, event)),
});

function create(draft: NoRoom, event: RoomEvent): Draft {
  if (event.type !== 'RoomCreated') return draft;
  const { roomId, kind, visibility, imported } = event.data;
  const fields = fieldsOf(event.content);
  return {
    status: 'active',
    roomId,
    kind,
    visibility,
    imported,
    name: fields?.name ?? null,
    description: fields?.description ?? '',
    topic: '',
    settings: { posting: 'everyone' },
    participants: new Map(),
  };
}

function change(draft: DraftRoom, event: RoomEvent): Draft {
  switch (event.type) {
    case 'RoomCreated':
      return draft;
    case 'RoomDetailsChanged': {
      const { visibility, settings } = event.data;
      const fields = fieldsOf(event.content);
      return {
        ...draft,
        visibility: visibility ?? draft.visibility,
        settings: { posting: settings?.posting ?? draft.settings.posting },
        name: fields?.name ?? draft.name,
        description: fields?.description ?? draft.description,
        topic: fields?.topic ?? draft.topic,
      };
    }
    case 'RoomArchived':
      return { ...draft, status: 'archived' };
    case 'RoomUnarchived':
      return { ...draft, status: 'active' };
    case 'ParticipantJoined':
    case 'ParticipantAdded':
    case 'ParticipantRoleChanged':
      draft.participants.set(event.data.userId, event.data.role);
      return draft;
    case 'ParticipantLeft':
    case 'ParticipantRemoved':
      draft.participants.delete(event.data.userId);
      return draft;
    default:
      return assertNever(event);
  }
}
