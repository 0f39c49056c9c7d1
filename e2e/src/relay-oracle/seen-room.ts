import type {
  MessageView,
  ParticipantView,
  RoomReplica,
  RoomSummaryView,
  RoomView,
} from '@verbatim/shared/browser';

export interface HeldRoom {
  replica: RoomReplica;
  summary: RoomSummaryView;
}

/** What somebody sees of a room. */
export interface SeenRoom {
  readonly summary: RoomSummaryView;
  readonly details: RoomReplica['details'];
  readonly participants: readonly ParticipantView[];
  readonly messages: readonly MessageView[];
}

export function seenOf({ replica, summary }: Readonly<HeldRoom>): SeenRoom {
  const participants = [...replica.participants.values()];
  return {
    summary,
    details: replica.details,
    participants: participants.sort((one, other) => (one.userId < other.userId ? -1 : 1)),
    messages: replica.window.messages.map(({ view }) => view),
  };
}

export function summaryOf({ description: _, settings: __, ...room }: RoomView): RoomSummaryView {
  const { participantCount: ___, imported: ____, createdAt: _____, ...summary } = room;
  return summary;
}
