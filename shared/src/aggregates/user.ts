import { assertNever } from '../assert-never.ts';
import type { UserEvent } from '../events/catalogue.ts';
import { fieldsOf } from '../sealing/content.ts';
import { folding } from './fold.ts';

export interface NoUser {
  readonly status: 'none';
}

export interface ExistingUser {
  readonly status: 'registered';
  readonly userId: string;
  /** Null when the person was erased. */
  readonly displayName: string | null;
  readonly email: string | null;
  /** Sessions that have not ended. */
  readonly sessionIds: ReadonlySet<string>;
}

export type UserState = NoUser | ExistingUser;

interface DraftUser extends ExistingUser {
  readonly sessionIds: Set<string>;
}
type Draft = NoUser | DraftUser;

export const user = folding<UserState, Draft, UserEvent>({
  initial: { status: 'none' },
  draft: (state) => (state.status === 'none' ? state : { ...state, sessionIds: new Set(state.sessionIds) }),
  apply: (draft, event) => (draft.status === 'none' ? register(draft, event) : change(draft, event)),
});

function register(draft: NoUser, event: UserEvent): Draft {
  if (event.type !== 'UserRegistered') return draft;
  const fields = fieldsOf(event.content);
  return {
    status: 'registered',
    userId: event.data.userId,
    displayName: fields?.displayName ?? null,
    email: fields?.email ?? null,
    sessionIds: new Set(),
  };
}

function change(draft: DraftUser, event: UserEvent): Draft {
  switch (event.type) {
    case 'UserRegistered':
      return draft;
    case 'ProfileChanged':
      return { ...draft, displayName: fieldsOf(event.content)?.displayName ?? null };
    case 'SessionStarted':
      draft.sessionIds.add(event.data.sessionId);
      return draft;
    case 'SessionEnded':
      draft.sessionIds.delete(event.data.sessionId);
      return draft;
    default:
      return assertNever(event);
  }
}
