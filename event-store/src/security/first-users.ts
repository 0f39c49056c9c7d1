import type { EventLog } from '../log/event-log.ts';
import { hashPassword, isPassword } from './password.ts';
import { ADMINS, OPERATORS } from './principal.ts';
import type { User, Users } from './users.ts';

const DEFAULT_PASSWORD = 'changeit';

const FIRST_USERS: readonly User[] = [
  { loginName: 'admin', fullName: 'Event Store Administrator', groups: [ADMINS], disabled: false },
  { loginName: 'ops', fullName: 'Event Store Operations', groups: [OPERATORS], disabled: false },
];

/** The two users that every store begins with. */
export async function makeFirstUsers(log: EventLog, users: Users): Promise<void> {
  if (log.headPosition > 0) return;
  await Promise.all(FIRST_USERS.map((user) => users.create(user)));
}

export interface InitialPasswords {
  readonly adminPassword?: string | undefined;
  readonly opsPassword?: string | undefined;
}

/** Gives them passwords at the first secure start. An insecure server asks for none, and hashing takes its time. */
export async function setInitialPasswords(users: Users, initial: InitialPasswords): Promise<void> {
  const passwords: Readonly<Record<string, string | undefined>> = {
    admin: initial.adminPassword,
    ops: initial.opsPassword,
  };
  await Promise.all(
    FIRST_USERS.map(async ({ loginName }) => {
      const found = users.find(loginName);
      if (!found || found.user.password) return;
      await users.setPassword(loginName, await hashPassword(passwords[loginName] ?? DEFAULT_PASSWORD));
    }),
  );
}

/** The first users whom anybody could be who knows EventStoreDB's manual. */
export async function usersWithDefaultPassword(users: Users): Promise<string[]> {
  const logins: string[] = [];
  for (const { loginName } of FIRST_USERS) {
    const user = users.find(loginName)?.user;
    if (user?.password && !user.disabled && (await isPassword(DEFAULT_PASSWORD, user.password)))
      logins.push(loginName);
  }
  return logins;
}
