import { createHmac, randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { StatusError } from '../grpc/status-error.ts';
import { serverTooBusy } from '../streams/errors.ts';
import { hashPassword, isPassword, type PasswordHash } from './password.ts';
import { ANONYMOUS, type Principal } from './principal.ts';
import type { FoundUser, Users } from './users.ts';

const MAX_REMEMBERED = 1_000;
const MAX_WAITING = 64;
const REMEMBER_REFUSAL_MS = 5_000;
const BASIC = /^Basic ([A-Za-z0-9+/]+=*)$/i;

/** What a caller shows to say who it is. */
export interface Credentials {
  /** The Authorization header. It wins over a certificate. */
  readonly authorization: string | undefined;
  /** The common name of a client certificate that our authority signed. */
  readonly certificateName: string | undefined;
}

export interface Authentication {
  authenticate(credentials: Credentials): Promise<Principal> | Principal;
}

/** Without TLS a password would be readable on the wire: nobody is asked for one. */
export const NO_AUTHENTICATION: Authentication = { authenticate: () => ANONYMOUS };

/** Whether a password was right is remembered for as long as the user is as it was then. */
interface Remembered {
  readonly revision: number;
  readonly principal: Principal | undefined;
  readonly untilMs: number;
}

/**
 * Basic authentication. Checking a password is meant to be slow, and every call carries one: outcomes are remembered under
 * a keyed hash. Passwords are checked one at a time, with a bound on how many may wait, since hashing shares its threads
 * with the store's writes.
 */
export class PasswordAuthentication implements Authentication {
  readonly #users: Users;
  readonly #key = randomBytes(32);
  readonly #remembered = new Map<string, Remembered>();
  #dummy: PasswordHash | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(users: Users) {
    this.#users = users;
  }

  authenticate({ authorization, certificateName }: Credentials): Promise<Principal> | Principal {
    if (authorization !== undefined) return this.#byPassword(authorization);
    const found = certificateName === undefined ? undefined : this.#users.find(certificateName);
    return found && !found.user.disabled ? principalOf(found) : ANONYMOUS;
  }

  #byPassword(authorization: string): Promise<Principal> | Principal {
    const { login, password } = parseBasic(authorization);
    const found = this.#users.find(login);
    const key = createHmac('sha256', this.#key).update(authorization).digest('base64');
    const remembered = this.#remembered.get(key);
    const isFresh = remembered?.revision === (found?.revision ?? 0) && remembered.untilMs > Date.now();
    if (isFresh) return granted(remembered.principal);
    if (this.#waiting >= MAX_WAITING) throw serverTooBusy();
    return this.#inTurn(() => this.#check(key, found, password));
  }

  async #check(key: string, found: FoundUser | undefined, password: string): Promise<Principal> {
    // An unknown user costs as much time as a known one, so that time does not tell which it was.
    this.#dummy ??= await hashPassword(randomBytes(16).toString('hex'));
    const isRight = await isPassword(password, found?.user.password ?? this.#dummy);
    const mayEnter = isRight && found?.user.password !== undefined && !found.user.disabled;
    const principal = mayEnter ? principalOf(found) : undefined;
    this.#remember(key, {
      revision: found?.revision ?? 0,
      principal,
      untilMs: principal ? Infinity : Date.now() + REMEMBER_REFUSAL_MS,
    });
    return granted(principal);
  }

  #remember(key: string, outcome: Remembered): void {
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined && this.#remembered.size >= MAX_REMEMBERED) this.#remembered.delete(oldest);
    this.#remembered.set(key, outcome);
  }

  async #inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    this.#waiting++;
    const turn = this.#last.then(run).finally(() => this.#waiting--);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

function granted(principal: Principal | undefined): Principal {
  if (!principal) throw badCredentials();
  return principal;
}

function principalOf({ user }: FoundUser): Principal {
  return { name: user.loginName, groups: user.groups };
}

function parseBasic(authorization: string): { login: string; password: string } {
  const encoded = BASIC.exec(authorization)?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw badCredentials();
  return { login: text.slice(0, colon), password: text.slice(colon + 1) };
}

function badCredentials(): StatusError {
  return new StatusError(status.UNAUTHENTICATED, 'Unauthenticated');
}
