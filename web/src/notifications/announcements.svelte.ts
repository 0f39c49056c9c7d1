import type { DurableFrame, MessageView } from '@verbatim/shared/browser';
import { parseMarkdown, plainText } from '../markdown/parse-blocks.ts';
import type { Directory } from '../people/directory.svelte.ts';
import { roomTitle } from '../rooms/room-title.ts';
import type { RoomList } from '../rooms/room-list.svelte.ts';
import { deservesNotice } from './deserves-notice.ts';

const maxBodyCharacters = 160;

/** Says new messages: politely to a screen reader, and as a browser notification while nobody looks. */
export class Announcements {
  readonly #list: RoomList;
  readonly #directory: Directory;
  readonly #myId: string;
  #spoken = $state('');
  /** What is deleted is not to be read there either. */
  #spokenMessageId: string | undefined;
  #permission = $state<NotificationPermission>(
    'Notification' in globalThis ? Notification.permission : 'denied',
  );

  constructor(list: RoomList, directory: Directory, myId: string) {
    this.#list = list;
    this.#directory = directory;
    this.#myId = myId;
  }

  /** For the page's live region. */
  get spoken(): string {
    return this.#spoken;
  }

  get permission(): NotificationPermission {
    return this.#permission;
  }

  async ask(): Promise<void> {
    this.#permission = await Notification.requestPermission();
  }

  say(text: string): void {
    this.#spoken = text;
    this.#spokenMessageId = undefined;
  }

  /** @param isOpen whether the frame's room is the one on the screen, where everything is said aloud. */
  hear(frame: DurableFrame, isOpen: boolean): void {
    if (frame.type === 'message_deleted' && frame.messageId === this.#spokenMessageId) this.say('');
    if (frame.type !== 'message' || frame.message.author.id === this.#myId) return;
    const room = this.#list.get(frame.roomId);
    if (room === undefined) return;
    const isNotable = deservesNotice(frame.message, room, this.#myId);
    if (!isNotable && !isOpen) return;
    const author = this.#directory.nameOf(frame.message.author.id, frame.message.author.displayName);
    const body = plainText(parseMarkdown(frame.message.text ?? '')).slice(0, maxBodyCharacters);
    this.#spoken = `${author}: ${body}`;
    this.#spokenMessageId = frame.message.id;
    if (!isNotable || document.hasFocus() || this.#permission !== 'granted') return;
    const title =
      room.kind === 'direct' ? author : `${author} in ${roomTitle(room, this.#directory, this.#myId)}`;
    this.#notify(title, body, frame.message);
  }

  #notify(title: string, body: string, message: MessageView): void {
    // The tag lets all tabs show one and the same notification.
    const notification = new Notification(title, { body, tag: message.id, icon: '/icon.svg' });
    notification.addEventListener('click', () => {
      window.focus();
      history.pushState(null, '', `/rooms/${message.roomId}/${message.seq}`);
      dispatchEvent(new PopStateEvent('popstate'));
      notification.close();
    });
  }
}
