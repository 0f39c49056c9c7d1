import type { MessageView } from '@verbatim/shared/browser';
import { createContext } from 'svelte';
import type { OpenRoom } from '../room/open-room.svelte.ts';
import type { Router } from '../routing/router.svelte.ts';
import type { Dialogue } from '../workspace/dialogue.svelte.ts';
import type { Workspace } from '../workspace/workspace.svelte.ts';
import { rightsOver, type MessageRights } from './message-rights.ts';

/** What one can do with the messages of the room on the screen, and what is being done: a reply, an edit. */
export class MessageActions {
  readonly #room: OpenRoom;
  readonly #workspace: Workspace;
  readonly #router: Router;
  readonly #dialogue: Dialogue;
  #replyTo = $state.raw<MessageView | null>(null);
  #editingId = $state<string | null>(null);

  constructor(room: OpenRoom, workspace: Workspace, router: Router, dialogue: Dialogue) {
    this.#room = room;
    this.#workspace = workspace;
    this.#router = router;
    this.#dialogue = dialogue;
  }

  get myId(): string {
    return this.#workspace.me.user.id;
  }

  get replyTo(): MessageView | null {
    return this.#replyTo;
  }

  get editingId(): string | null {
    return this.#editingId;
  }

  rightsOver(message: MessageView): MessageRights {
    const summary = this.#workspace.list.get(message.roomId);
    return rightsOver(message, {
      myId: this.myId,
      roomRole: summary?.role ?? null,
      organizationRole: this.#workspace.me.user.role,
      isPublic: summary?.visibility === 'public',
      isArchived: summary?.archived ?? false,
    });
  }

  reply(message: MessageView): void {
    this.#replyTo = message;
  }

  stopReplying(): void {
    this.#replyTo = null;
  }

  edit(message: MessageView): void {
    this.#editingId = message.id;
  }

  stopEditing(): void {
    this.#editingId = null;
  }

  editMyLast(): void {
    const mine = this.#room.messages.findLast(
      (each) => each.author.id === this.myId && this.rightsOver(each).edit,
    );
    if (mine !== undefined) this.edit(mine);
  }

  async saveEdit(message: MessageView, text: string): Promise<void> {
    if (text !== message.text) await this.#workspace.messages.edit(message.id, text);
    this.stopEditing();
  }

  openThread({ id, threadOf }: MessageView): void {
    this.#showPane({ kind: 'thread', messageId: threadOf ?? id });
  }

  openHistory(message: MessageView): void {
    this.#showPane({ kind: 'history', messageId: message.id });
  }

  goTo(message: Pick<MessageView, 'roomId' | 'seq'>): void {
    this.#router.go({ page: 'room', roomId: message.roomId, seq: message.seq });
  }

  toggleReaction(message: MessageView, emoji: string): void {
    const isMine = message.reactions.some((each) => each.emoji === emoji && each.userIds.includes(this.myId));
    this.#attempt(this.#workspace.messages.setReaction(message.id, emoji, !isMine));
  }

  togglePin(message: MessageView): void {
    this.#attempt(this.#workspace.messages.setPinned(message.id, !message.pinned));
  }

  /** Unread from this message on; the line shows it, and the next look at the end reads it again. */
  markUnread(message: MessageView): void {
    this.#room.holdUnread(message.seq);
    this.#attempt(this.#workspace.rooms.markUnread(message.roomId, message.seq));
  }

  async copyLink(message: MessageView): Promise<void> {
    await navigator.clipboard.writeText(`${location.origin}/rooms/${message.roomId}/${message.seq}`);
    this.#workspace.toasts.show('Link copied.');
  }

  async copyText(message: MessageView): Promise<void> {
    await navigator.clipboard.writeText(message.text ?? '');
    this.#workspace.toasts.show('Text copied.');
  }

  delete(message: MessageView): void {
    this.#dialogue.show({
      kind: 'confirm',
      title: 'Delete this message?',
      text: 'Everybody will see that a message was deleted here. Its trail stays on the record.',
      action: 'Delete',
      run: async () => {
        await this.#workspace.messages.delete(message.id);
      },
    });
  }

  #showPane(pane: { readonly kind: 'thread' | 'history'; readonly messageId: string }): void {
    this.#router.go({ page: 'room', roomId: this.#room.roomId, pane });
  }

  #attempt(command: Promise<unknown>): void {
    command.catch((fault: unknown) => this.#workspace.toasts.showFault(fault));
  }
}

export const [getMessageActions, provideMessageActions] = createContext<MessageActions>();
