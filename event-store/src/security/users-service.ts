import { Service, type ServiceEnvironment } from '../grpc/service.ts';
import { bool, int64, message, nested, repeated, text, type ContentOf } from '../protobuf/message.ts';
import { invalidArgument } from '../streams/errors.ts';
import { accessDenied, demand, type Access } from './access.ts';
import { hashPassword, isPassword } from './password.ts';
import type { Principal } from './principal.ts';
import { userNotFound, type FoundUser, type Users } from './users.ts';

const EMPTY = Buffer.alloc(0);

/** Create's and Update's request; for the others, what they say of it. */
const userRequest = message({
  options: nested(
    1,
    message({ loginName: text(1), password: text(2), fullName: text(3), groups: repeated(text(4)) }),
  ),
});
const changePasswordRequest = message({
  options: nested(1, message({ loginName: text(1), currentPassword: text(2), newPassword: text(3) })),
});
const resetPasswordRequest = message({
  options: nested(1, message({ loginName: text(1), newPassword: text(2) })),
});

const detailsResponse = message({
  details: nested(
    1,
    message({
      loginName: text(1),
      fullName: text(2),
      groups: repeated(text(3)),
      lastUpdated: nested(4, message({ ticksSinceEpoch: int64(1) })),
      disabled: bool(5),
    }),
  ),
});

type UserOptions = NonNullable<ContentOf<typeof userRequest>['options']>;

/** The Users service. Administrators may do everything, others see themselves and change their own password. */
export function usersService(users: Users, access: Access, environment: ServiceEnvironment): Service {
  const service = new Service('event_store.client.users.Users', environment);
  const administer = (method: string, run: (options: UserOptions) => Promise<void>): void => {
    service.unary(method, userRequest.decode, async ({ options }, { user }) => {
      demand(access.isAdmin(user));
      if (!options || options.loginName === '') throw invalidArgument('The user is not named');
      await run(options);
      return EMPTY;
    });
  };
  administer('Create', async ({ loginName, password, fullName, groups }) => {
    const user = { loginName, fullName, groups: [...groups], disabled: false };
    await users.create({ ...user, password: await hashPassword(password) });
  });
  administer('Update', async ({ loginName, password, fullName, groups }) => {
    const hash = password === '' ? undefined : await hashPassword(password);
    await users.update(loginName, (user) => ({
      ...user,
      fullName,
      groups: [...groups],
      ...(hash && { password: hash }),
    }));
  });
  administer('Delete', ({ loginName }) => users.delete(loginName));
  administer('Enable', ({ loginName }) => users.update(loginName, (user) => ({ ...user, disabled: false })));
  administer('Disable', ({ loginName }) => users.update(loginName, (user) => ({ ...user, disabled: true })));

  return service
    .unary('ChangePassword', changePasswordRequest.decode, async ({ options }, { user }) => {
      if (!options) throw invalidArgument('The user is not named');
      demand(access.isAdmin(user) || user.name === options.loginName);
      const found = find(users, options.loginName);
      const isRight = found.user.password && (await isPassword(options.currentPassword, found.user.password));
      if (!isRight) throw accessDenied();
      await users.setPassword(options.loginName, await hashPassword(options.newPassword));
      return EMPTY;
    })
    .unary('ResetPassword', resetPasswordRequest.decode, async ({ options }, { user }) => {
      demand(access.isAdmin(user));
      if (!options) throw invalidArgument('The user is not named');
      find(users, options.loginName);
      await users.setPassword(options.loginName, await hashPassword(options.newPassword));
      return EMPTY;
    })
    .serverStream('Details', userRequest.decode, ({ options }, outbox, { user }) => {
      const login = options?.loginName ?? '';
      demand(access.isAdmin(user) || isOneself(user, login));
      const found = login === '' ? users.list() : [find(users, login)];
      for (const each of found) outbox.send(detailsResponse.encode({ details: detailsOf(each) }));
      return Promise.resolve();
    });
}

function isOneself(user: Principal, login: string): boolean {
  return login !== '' && user.name === login;
}

function find(users: Users, login: string): FoundUser {
  const found = users.find(login);
  if (!found) throw userNotFound(login);
  return found;
}

function detailsOf({ user, updatedTicks }: FoundUser) {
  const { loginName, fullName, groups, disabled } = user;
  return { loginName, fullName, groups, disabled, lastUpdated: { ticksSinceEpoch: BigInt(updatedTicks) } };
}
