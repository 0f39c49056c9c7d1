import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { z } from 'zod';
import { StatusError } from '../grpc/status-error.ts';
import type { EventLog } from '../log/event-log.ts';
import type { LogView } from '../log/log-view.ts';
import type { WriteTransaction } from '../log/write-transaction.ts';
import { appendEvents } from '../streams/append-events.ts';
import { deleteStream } from '../streams/delete-stream.ts';
import { findStream } from '../streams/stream-metadata.ts';
import { passwordHashSchema, type PasswordHash } from './password.ts';

const USERS_STREAM = '$users';
const BYTES_OF_A_USER = 1_024;
const NO_BYTES = Buffer.alloc(0);

const userSchema = z.object({
  loginName: z.string(),
  fullName: z.string(),
  groups: z.array(z.string()),
  disabled: z.boolean(),
  /** Absent until the first secure start gives the user a password. */
  password: passwordHashSchema.optional(),
});

export type User = Readonly<z.infer<typeof userSchema>>;

export interface FoundUser {
  readonly user: User;
  /** Changes with every change of the user. */
  readonly revision: number;
  readonly updatedTicks: string;
}

/** Users, kept as events: `$user-<login>` tells each one's story, `$users` lists them. */
export class Users {
  readonly #log: EventLog;

  constructor(log: EventLog) {
    this.#log = log;
  }

  find(login: string): FoundUser | undefined {
    return findUser(this.#log, login);
  }

  list(): FoundUser[] {
    const state = this.#log.stateOf(USERS_STREAM);
    const logins = new Set<string>();
    for (let revision = 0; state && revision <= state.lastRevision; revision++) {
      const { data } = this.#log.eventOf(USERS_STREAM, state, revision);
      logins.add(z.string().parse(JSON.parse(data.toString('utf8'))));
    }
    return [...logins].flatMap((login) => this.find(login) ?? []);
  }

  async create(user: User): Promise<void> {
    await this.#change((transaction) => {
      if (findUser(transaction, user.loginName)) throw userConflict(user.loginName);
      write(transaction, '$UserCreated', user);
      const listed = { ...eventOf('$User'), data: Buffer.from(JSON.stringify(user.loginName)) };
      appendEvents(transaction, { stream: USERS_STREAM, expected: 'any', events: [listed] });
    });
  }

  /** Applies a change to a user as it is when the change is written. */
  async update(login: string, change: (user: User) => User): Promise<void> {
    await this.#change((transaction) => {
      const found = findUser(transaction, login);
      if (!found) throw userNotFound(login);
      write(transaction, '$UserUpdated', change(found.user));
    });
  }

  async setPassword(login: string, password: PasswordHash): Promise<void> {
    await this.update(login, (user) => ({ ...user, password }));
  }

  async delete(login: string): Promise<void> {
    await this.#change((transaction) => {
      if (!findUser(transaction, login)) throw userNotFound(login);
      deleteStream(transaction, { stream: streamOf(login), expected: 'any' });
    });
  }

  async #change(run: (transaction: WriteTransaction) => void): Promise<void> {
    await this.#log.submit({ bytes: BYTES_OF_A_USER, run }).outcome;
  }
}

function streamOf(login: string): string {
  return `$user-${login}`;
}

function findUser(log: LogView, login: string): FoundUser | undefined {
  const { name, state, isSoftDeleted, isTombstoned } = findStream(log, streamOf(login));
  if (!state || isSoftDeleted || isTombstoned) return undefined;
  const event = log.eventOf(name, state, state.lastRevision);
  const user = userSchema.parse(JSON.parse(event.data.toString('utf8')));
  return { user, revision: event.position, updatedTicks: event.createdTicks };
}

function write(transaction: WriteTransaction, type: string, user: User): void {
  const event = { ...eventOf(type), data: Buffer.from(JSON.stringify(user)) };
  appendEvents(transaction, { stream: streamOf(user.loginName), expected: 'any', events: [event] });
}

function eventOf(type: string) {
  return { id: randomBytes(16), type, contentType: 'application/json', metadata: NO_BYTES, data: NO_BYTES };
}

export function userNotFound(login: string): StatusError {
  return new StatusError(status.NOT_FOUND, `User '${login}' is not found.`, {
    exception: 'user-not-found',
    'login-name': login,
  });
}

function userConflict(login: string): StatusError {
  return new StatusError(status.FAILED_PRECONDITION, `User '${login}' already exists.`, {
    exception: 'user-conflict',
    'login-name': login,
  });
}
