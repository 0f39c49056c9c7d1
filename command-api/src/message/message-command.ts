import type { Mentions } from '@verbatim/shared';

interface OnMessage {
  /** Who acts: an active member of the organization. */
  readonly actorId: string;
}

export interface SendMessage extends OnMessage {
  readonly type: 'SendMessage';
  readonly messageId: string;
  /** UTC day whose key seals the text. */
  readonly day: string;
  readonly text: string;
  readonly mentions: Mentions;
  readonly replyTo: MessageReference | null;
  readonly threadOf: MessageReference | null;
  /** The revision of the room as it was decided on. */
  readonly roomRevision: number;
}

/** A message that another one refers to, as its own stream tells. */
export interface MessageReference {
  readonly messageId: string;
  /** Undefined when there is no such message in the organization. */
  readonly found: { readonly roomId: string; readonly threadOf: string | null } | undefined;
}

export interface EditMessage extends OnMessage {
  readonly type: 'EditMessage';
  readonly text: string;
  readonly mentions: Mentions;
}
export interface DeleteMessage extends OnMessage {
  readonly type: 'DeleteMessage';
}
export interface React extends OnMessage {
  readonly type: 'React';
  readonly emoji: string;
}
export interface Unreact extends OnMessage {
  readonly type: 'Unreact';
  readonly emoji: string;
}
export interface PinMessage extends OnMessage {
  readonly type: 'PinMessage';
}
export interface UnpinMessage extends OnMessage {
  readonly type: 'UnpinMessage';
}

export type MessageCommand =
  SendMessage | EditMessage | DeleteMessage | React | Unreact | PinMessage | UnpinMessage;
