import { ApiClient } from '../api/api-client.ts';
import { connectionFlags, findCredentials } from '../api/credentials.ts';

/** One thing that `npm run audit` does. */
export interface Action {
  readonly name: string;
  /** What follows the name, such as `ROOM [--time T]`. */
  readonly usage: string;
  readonly summary: string;
  readonly help: string;
  run(args: readonly string[]): Promise<number>;
}

/** What every action that asks a running instance understands. */
export const askingFlags = {
  ...connectionFlags,
  json: { type: 'boolean', default: false },
  reason: { type: 'string' },
} as const;

/** A client that is logged in. */
export async function openClient(flags: {
  readonly origin: string;
  readonly email?: string | undefined;
  readonly password?: string | undefined;
}): Promise<ApiClient> {
  const client = new ApiClient(flags.origin, await findCredentials(flags));
  await client.login();
  return client;
}

/** Where to ask: the path with those fields that were given. */
export function pathWith(
  path: string,
  fields: Readonly<Record<string, string | number | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

export const printJson = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
