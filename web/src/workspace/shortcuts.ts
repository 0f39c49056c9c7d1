import type { Router } from '../routing/router.svelte.ts';
import { roomOrder } from '../rooms/room-order.ts';
import type { Dialogue } from './dialogue.svelte.ts';
import type { Workspace } from './workspace.svelte.ts';

export interface Shortcut {
  readonly keys: string;
  readonly does: string;
}

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);
/** The modifier as this keyboard calls it. */
export const modifierName = isApple ? '⌘' : 'Ctrl';

export const shortcutGroups: readonly { readonly name: string; readonly shortcuts: readonly Shortcut[] }[] = [
  {
    name: 'Everywhere',
    shortcuts: [
      { keys: `${modifierName} K`, does: 'Jump to a room or person' },
      { keys: 'Alt ↑ / ↓', does: 'Previous or next room' },
      { keys: 'Alt Shift ↑ / ↓', does: 'Previous or next unread room' },
      { keys: `${modifierName} Shift F`, does: 'Search messages' },
      { keys: '?', does: 'This list' },
    ],
  },
  {
    name: 'In a room',
    shortcuts: [
      { keys: '↑ in an empty composer', does: 'Edit your last message' },
      { keys: 'Enter', does: 'Send; with Shift, a new line' },
      { keys: 'Esc', does: 'Close what is open; mark the room as read' },
      { keys: 'Shift Tab, then ↑ / ↓', does: 'Walk through the messages' },
    ],
  },
  {
    name: 'On a message',
    shortcuts: [
      { keys: 'R', does: 'Reply' },
      { keys: 'T', does: 'Open its thread' },
      { keys: '+', does: 'React' },
      { keys: 'E', does: 'Edit' },
      { keys: 'U', does: 'Mark as unread from here' },
      { keys: 'Delete', does: 'Delete' },
    ],
  },
];

export function handleShortcut(
  event: KeyboardEvent,
  workspace: Workspace,
  router: Router,
  dialogue: Dialogue,
): void {
  if (event.defaultPrevented || event.isComposing) return;
  const modifier = isApple ? event.metaKey : event.ctrlKey;
  if (modifier && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    dialogue.show({ kind: 'switcher' });
  } else if (modifier && event.shiftKey && event.key.toLowerCase() === 'f') {
    event.preventDefault();
    router.go({ page: 'search', q: '' });
  } else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
    event.preventDefault();
    goToNeighbour(workspace, router, event.key === 'ArrowDown' ? 1 : -1, event.shiftKey);
  } else if (event.key === '?' && !isTyping(event.target)) {
    dialogue.show({ kind: 'shortcuts' });
  }
}

/** Keys alone are letters while one types. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

function goToNeighbour(
  { list, directory, me }: Workspace,
  router: Router,
  step: 1 | -1,
  onlyUnread: boolean,
): void {
  const { route } = router;
  const currentId = route.page === 'room' ? route.roomId : undefined;
  const rooms = roomOrder(list.all, directory, me.user.id).filter(
    (room) => !onlyUnread || room.unread > 0 || room.id === currentId,
  );
  const at = rooms.findIndex((room) => room.id === currentId);
  const next = rooms.at(at < 0 ? (step > 0 ? 0 : -1) : (at + step + rooms.length) % rooms.length);
  if (next !== undefined && next.id !== currentId) router.go({ page: 'room', roomId: next.id });
}
