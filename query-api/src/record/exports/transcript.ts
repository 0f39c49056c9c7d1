import type { RoomKind, Visibility } from '@verbatim/shared';

/** Somebody as they were called at the end of what is exported; null where their words were erased. */
export interface Person {
  readonly id: string;
  readonly displayName: string | null;
  readonly email: string | null;
}

export interface ExportedRoom {
  readonly id: string;
  readonly kind: RoomKind;
  readonly visibility: Visibility;
  readonly name: string | null;
}

/** Somebody came or went; `present` were there when the exported period began. Times are epoch milliseconds. */
export interface PresenceLine {
  readonly kind: 'presence';
  readonly change: 'present' | 'entered' | 'left';
  readonly person: Person;
  readonly atMs: number;
}

/** One thing that happened to a message, in the order of the log. */
export interface MessageLine {
  readonly kind: 'message';
  /** `touched`: a reaction or a pin, which leave the text as it is. */
  readonly change: 'sent' | 'edited' | 'deleted' | 'touched';
  readonly messageId: string;
  /** Names this version where `messageId` stands for the newest. */
  readonly eventId: string;
  readonly author: Person;
  readonly by: Person;
  /** Imported messages: when they were first said. */
  readonly createdAtMs: number;
  readonly atMs: number;
  /** The version that this line made, or that it left as it was; null when its key is gone. */
  readonly text: string | null;
  readonly content: 'present' | 'erased' | 'expired';
  /** A later line of the export has a newer version. */
  readonly isSuperseded: boolean;
  readonly replyTo: string | null;
}

export type TranscriptLine = PresenceLine | MessageLine;

/** The room as people know it; direct rooms have no name. */
export const roomLabel = (room: ExportedRoom): string => room.name ?? `${room.kind} ${room.id}`;

/** What identifies a person to other systems: the e-mail address, or the id where there is none. */
export const loginName = (person: Person): string => person.email ?? person.id;

/** How Mattermost's exports speak of a line: what it is called, under which id it stands, and what replaced it. */
export interface PostVersion {
  readonly updateType: '' | 'EditedOriginalMsg' | 'EditedNewMsg' | 'UpdatedNoMsgChange' | 'Deleted';
  readonly postId: string;
  readonly newerPostId: string;
}

const updateTypes = {
  sent: '',
  edited: 'EditedNewMsg',
  deleted: 'Deleted',
  touched: 'UpdatedNoMsgChange',
} as const;

/** The newest version has the message's own id; older ones have ids of their own and point to it. */
export function postVersion({ change, isSuperseded, eventId, messageId }: MessageLine): PostVersion {
  if (isSuperseded && (change === 'sent' || change === 'edited'))
    return { updateType: 'EditedOriginalMsg', postId: eventId, newerPostId: messageId };
  return { updateType: updateTypes[change], postId: messageId, newerPostId: '' };
}
