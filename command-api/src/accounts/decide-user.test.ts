import { present, user, type UserEvent } from '@verbatim/shared';
import { describe, it } from 'vitest';
import { givenBy } from '../deciding/given-fixture.ts';
import { decideUser, type UserCommand } from './decide-user.ts';

const userId = 'user-1';
const given = givenBy<UserEvent, UserCommand>((events, command) =>
  decideUser(command, user.fold(user.initial, events)),
);
const registered: UserEvent = {
  type: 'UserRegistered',
  data: { userId, source: null },
  content: present({ displayName: 'Ada', email: 'ada@example.org' }),
};
const started = (sessionId: string): UserEvent => ({ type: 'SessionStarted', data: { userId, sessionId } });
const ended = (sessionId: string): UserEvent => ({
  type: 'SessionEnded',
  data: { userId, sessionId, reason: 'logout' },
});
const register: UserCommand = {
  type: 'RegisterUser',
  userId,
  displayName: 'Ada',
  email: 'ada@example.org',
  source: null,
};

describe('a person', () => {
  it('is registered once', () => {
    given().when(register).then(registered);
    given(registered).when(register).thenAlreadySo();
  });
  it('changes their name, to another one', () => {
    given(registered)
      .when({ type: 'ChangeProfile', displayName: 'Lady Ada' })
      .then({ type: 'ProfileChanged', data: { userId }, content: present({ displayName: 'Lady Ada' }) });
    given(registered).when({ type: 'ChangeProfile', displayName: 'Ada' }).thenAlreadySo();
  });
  it('who is not there is not found', () =>
    given().when({ type: 'ChangeProfile', displayName: 'Ada' }).thenRejected('not-found'));
});

describe('sessions', () => {
  it('start once', () => {
    given(registered).when({ type: 'StartSession', sessionId: 's' }).then(started('s'));
    given(registered, started('s')).when({ type: 'StartSession', sessionId: 's' }).thenAlreadySo();
  });
  it('end once', () => {
    const end: UserCommand = { type: 'EndSession', sessionId: 's', reason: 'logout' };
    given(registered, started('s')).when(end).then(ended('s'));
    given(registered, started('s'), ended('s')).when(end).thenAlreadySo();
  });
  it('end all, but the one that goes on', () =>
    given(registered, started('a'), started('b'), started('c'), ended('c'))
      .when({ type: 'EndSessions', reason: 'logout', exceptId: 'a' })
      .then(ended('b')));
});
