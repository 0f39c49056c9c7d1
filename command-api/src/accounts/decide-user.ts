import {
  assertNever,
  present,
  type DomainEventOf,
  type ExistingUser,
  type UserEvent,
  type UserState,
} from '@verbatim/shared';
import { accept, alreadySo, reject, type Decision } from '../deciding/decision.ts';

export type SessionEndReason = DomainEventOf<'SessionEnded'>['data']['reason'];

export type UserCommand =
  | {
      readonly type: 'RegisterUser';
      readonly userId: string;
      readonly displayName: string;
      readonly email: string | null;
      /** Imported people: the keyed hash of their id where they come from. */
      readonly source: string | null;
    }
  | { readonly type: 'ChangeProfile'; readonly displayName: string }
  | { readonly type: 'StartSession'; readonly sessionId: string }
  | { readonly type: 'EndSession'; readonly sessionId: string; readonly reason: SessionEndReason }
  | {
      readonly type: 'EndSessions';
      readonly reason: SessionEndReason;
      /** The one session that goes on, as after a change of the password. */
      readonly exceptId: string | null;
    };

export function decideUser(command: UserCommand, state: UserState): Decision<UserEvent> {
  if (command.type === 'RegisterUser') {
    const { userId, displayName, email, source } = command;
    if (state.status !== 'none') return alreadySo;
    return accept({
      type: 'UserRegistered',
      data: { userId, source },
      content: present({ displayName, email }),
    });
  }
  if (state.status === 'none') return reject('not-found');
  const { userId } = state;
  switch (command.type) {
    case 'ChangeProfile':
      if (state.displayName === command.displayName) return alreadySo;
      return accept({
        type: 'ProfileChanged',
        data: { userId },
        content: present({ displayName: command.displayName }),
      });
    case 'StartSession':
      if (state.sessionIds.has(command.sessionId)) return alreadySo;
      return accept({ type: 'SessionStarted', data: { userId, sessionId: command.sessionId } });
    case 'EndSession':
      return endSessions(state, [command.sessionId], command.reason);
    case 'EndSessions':
      return endSessions(
        state,
        [...state.sessionIds].filter((sessionId) => sessionId !== command.exceptId),
        command.reason,
      );
    default:
      return assertNever(command);
  }
}

function endSessions(
  { userId, sessionIds }: ExistingUser,
  ended: readonly string[],
  reason: SessionEndReason,
): Decision<UserEvent> {
  return accept(
    ...ended
      .filter((sessionId) => sessionIds.has(sessionId))
      .map((sessionId): UserEvent => ({ type: 'SessionEnded', data: { userId, sessionId, reason } })),
  );
}
