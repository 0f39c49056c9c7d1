import { Subject, type Observable } from 'rxjs';
import { z } from 'zod';
import type { TabPlatform } from './tabs.ts';

const accessTokenSchema = z.object({
  token: z.string(),
  userId: z.string(),
  /** Milliseconds since 1970. */
  expiresAtMs: z.number(),
});
export type AccessToken = Readonly<z.infer<typeof accessTokenSchema>>;

export interface TokenKeeper {
  /** A token that is good for a while yet, renewed first if it must be; undefined when the session has ended. */
  get(): Promise<string | undefined>;
  /** As `get`, but never `refused`, which the server did not take. */
  replace(refused: string): Promise<string | undefined>;
  /** Takes the token of a log-in. */
  set(token: AccessToken): void;
  /** Each new token, renewed here or in another tab. */
  readonly renewed: Observable<AccessToken>;
  stop(): void;
}

/** Renewed when this part of its life is over, so that no request meets the end and no socket is cut for it. */
const renewAfterPart = 0.85;

/**
 * Keeps one person's access token for all tabs. Refresh tokens rotate without grace, so two refreshes at once would end
 * the session: a lock lets one tab refresh while the others wait and take what it tells them.
 */
export function createTokenKeeper(
  /** Undefined when there is no session any more; throws when that is not known (no network, 503). */
  refresh: () => Promise<AccessToken | undefined>,
  { locks, openChannel }: TabPlatform,
): TokenKeeper {
  const renewed = new Subject<AccessToken>();
  const channel = openChannel?.('verbatim.token');
  let current: (AccessToken & { readonly renewAtMs: number }) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pending: Promise<string | undefined> | undefined;

  const take = (token: AccessToken): void => {
    if (current !== undefined && token.expiresAtMs < current.expiresAtMs) return;
    const nowMs = Date.now();
    const renewInMs = Math.max(1_000, (token.expiresAtMs - nowMs) * renewAfterPart);
    current = { ...token, renewAtMs: nowMs + renewInMs };
    clearTimeout(timer);
    timer = setTimeout(() => void get().catch(() => undefined), renewInMs); // tried again by the next who asks
    renewed.next(token);
  };
  const isSamePerson = (token: AccessToken): boolean =>
    current === undefined || token.userId === current.userId;
  channel?.addEventListener('message', ({ data }) => {
    const told = accessTokenSchema.safeParse(data);
    if (told.success && told.data.token !== current?.token && isSamePerson(told.data)) take(told.data);
  });

  const usable = (refused: string | undefined): string | undefined =>
    current !== undefined &&
    current.token !== refused &&
    Date.now() < Math.min(current.renewAtMs, current.expiresAtMs)
      ? current.token
      : undefined;
  const refreshAlone = async (refused: string | undefined): Promise<string | undefined> => {
    // Another tab may have renewed it while this one waited for the lock.
    const known = usable(refused);
    if (known !== undefined) return known;
    const token = await refresh();
    // Somebody else has logged in here meanwhile: this person's session is over all the same.
    if (token === undefined || !isSamePerson(token)) return undefined;
    take(token);
    channel?.postMessage(token);
    return token.token;
  };
  const obtain = (refused: string | undefined): Promise<string | undefined> => {
    const known = usable(refused);
    if (known !== undefined) return Promise.resolve(known);
    pending ??= (
      locks === undefined
        ? refreshAlone(refused)
        : locks.request('verbatim.refresh', {}, () => refreshAlone(refused))
    )
      .catch((error: unknown) => {
        // It cannot be renewed now, but what is held is good to its end.
        if (current !== undefined && current.token !== refused && Date.now() < current.expiresAtMs)
          return current.token;
        throw error;
      })
      .finally(() => (pending = undefined));
    return pending;
  };
  const get = (): Promise<string | undefined> => obtain(undefined);

  return {
    get,
    replace: obtain,
    set: (token) => {
      current = undefined;
      take(token);
      channel?.postMessage(token);
    },
    renewed,
    stop: () => {
      clearTimeout(timer);
      channel?.close();
    },
  };
}
