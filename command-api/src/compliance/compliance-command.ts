import type { RoomDay } from '@verbatim/shared';
import type { Reach, Stay } from './hold-cover.ts';

export interface PlaceHold {
  readonly type: 'PlaceHold';
  readonly actorId: string;
  readonly holdId: string;
  readonly name: string;
  readonly reason: string;
  readonly userIds: readonly string[] | null;
  readonly roomIds: readonly string[] | null;
  /** ISO 8601. */
  readonly from: string | null;
  readonly to: string | null;
  /** Those of `roomIds` that are rooms of the organization. */
  readonly ownRoomIds: ReadonlySet<string>;
}
export interface ReleaseHold {
  readonly type: 'ReleaseHold';
  readonly actorId: string;
  readonly holdId: string;
}
export interface SetRetention {
  readonly type: 'SetRetention';
  readonly actorId: string;
  /** Null: the rule for rooms without one of their own. */
  readonly roomId: string | null;
  /** Null: for ever. */
  readonly days: number | null;
  /** The room is one of the organization; true where none is named. */
  readonly isOwnRoom: boolean;
}
/** What is past retention goes, unless a hold keeps it. */
export interface ApplyRetention {
  readonly type: 'ApplyRetention';
  /** UTC. */
  readonly today: string;
  /** Room-days whose keys are still there. */
  readonly roomDays: readonly RoomDay[];
  readonly reach: Reach;
}
export interface RequestErasure {
  readonly type: 'RequestErasure';
  readonly actorId: string;
  readonly erasureId: string;
  readonly userId: string;
  readonly reason: string;
  /** Where the person was and wrote. */
  readonly stays: readonly Stay[];
  readonly reach: Reach;
}
/** The keys of what is to be erased are destroyed. */
export interface CompleteErasure {
  readonly type: 'CompleteErasure';
  readonly erasureId: string;
}

export type ComplianceCommand =
  PlaceHold | ReleaseHold | SetRetention | ApplyRetention | RequestErasure | CompleteErasure;
