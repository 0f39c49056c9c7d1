import { BehaviorSubject, Subject, type Observable } from 'rxjs';

/** `navigator.locks`, as far as needed. */
export interface LockManagerLike {
  request<Result>(
    name: string,
    options: { readonly signal?: AbortSignal },
    callback: () => Promise<Result>,
  ): Promise<Result>;
}

/** A `BroadcastChannel`, as far as needed. */
export interface ChannelLike {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  close(): void;
}

export interface Tabs {
  /** Whether this tab is the one that holds the socket. Never goes back to false before `stop`. */
  readonly isLeader: BehaviorSubject<boolean>;
  /** What the other tabs said; not what this one said. */
  readonly messages: Observable<unknown>;
  tell(message: unknown): void;
  stop(): void;
}

export interface TabPlatform {
  /** Left out where the browser has none (insecure origins): then every tab is on its own. */
  readonly locks?: LockManagerLike | undefined;
  readonly openChannel?: ((name: string) => ChannelLike) | undefined;
}

/**
 * Elects one leader among the tabs of `name`: the holder of a Web Lock, which the browser frees with the
 * leader's tab, however that ends.
 */
export function joinTabs(name: string, { locks, openChannel }: TabPlatform): Tabs {
  const isAlone = locks === undefined || openChannel === undefined;
  const isLeader = new BehaviorSubject(isAlone);
  const messages = new Subject<unknown>();
  if (isAlone)
    return {
      isLeader,
      messages,
      tell: () => undefined,
      stop: () => isLeader.next(false),
    };

  const channel = openChannel(name);
  channel.addEventListener('message', ({ data }) => messages.next(data));
  const leaving = new AbortController();
  let release: (() => void) | undefined;
  const holdLead = (): Promise<void> =>
    new Promise((resolve) => {
      release = resolve;
      isLeader.next(true);
    });
  locks.request(name, { signal: leaving.signal }, holdLead).catch(() => undefined); // left before it was our turn

  return {
    isLeader,
    messages,
    tell: (message) => channel.postMessage(message),
    stop: () => {
      leaving.abort();
      release?.();
      isLeader.next(false);
      channel.close();
    },
  };
}
