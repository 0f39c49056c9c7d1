import { afterEach, describe, expect, test, vi } from 'vitest';
import { createLocks } from './locks-fixture.ts';
import type { ChannelLike, TabPlatform } from './tabs.ts';
import { createTokenKeeper, type AccessToken, type TokenKeeper } from './token-keeper.ts';

const keepers: TokenKeeper[] = [];
afterEach(() => {
  for (const keeper of keepers.splice(0)) keeper.stop();
});

let issued = 0;
const tokenFor = (livesMs: number, userId = 'ann'): AccessToken => ({
  token: `token ${(issued += 1)}`,
  userId,
  expiresAtMs: Date.now() + livesMs,
});
const minuteMs = 60_000;

function openChannel(name: string): ChannelLike {
  const channel = new BroadcastChannel(name);
  return {
    postMessage: (message) => channel.postMessage(message),
    addEventListener: (_type, listener) => (channel.onmessage = listener),
    close: () => channel.close(),
  };
}

function keeperWith(
  refresh: () => Promise<AccessToken | undefined>,
  platform: TabPlatform = {},
): TokenKeeper {
  const keeper = createTokenKeeper(refresh, platform);
  keepers.push(keeper);
  return keeper;
}

describe('a token', () => {
  test('is given as it is while it is good, and renewed before it ends', async () => {
    const next = tokenFor(minuteMs);
    const refresh = vi.fn(() => Promise.resolve(next));
    const keeper = keeperWith(refresh);
    const first = tokenFor(minuteMs);
    keeper.set(first);
    expect(await keeper.get()).toBe(first.token);
    keeper.set(tokenFor(-1_000));
    expect(await keeper.get()).toBe(next.token);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  test('that was refused is replaced though it looks good, once for all who ask', async () => {
    const next = tokenFor(2 * minuteMs);
    const refresh = vi.fn(() => Promise.resolve(next));
    const keeper = keeperWith(refresh);
    const refused = tokenFor(minuteMs);
    keeper.set(refused);
    const answers = await Promise.all([keeper.replace(refused.token), keeper.replace(refused.token)]);
    expect(answers).toEqual([next.token, next.token]);
    expect(await keeper.replace(refused.token)).toBe(next.token);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  test('is used to its end when it cannot be renewed, and then that is said', async () => {
    const keeper = keeperWith(() => Promise.reject(new Error('no network')));
    const nearItsEnd = { ...tokenFor(minuteMs), expiresAtMs: Date.now() + 500 };
    keeper.set(nearItsEnd);
    expect(await keeper.get()).toBe(nearItsEnd.token);
    keeper.set(tokenFor(-1_000));
    await expect(keeper.get()).rejects.toThrow('no network');
  });

  test.each([
    ['the session has ended', undefined],
    ['somebody else has logged in here', tokenFor(minuteMs, 'bob')],
  ])('is not to be had any more when %s', async (_name, answer) => {
    const keeper = keeperWith(() => Promise.resolve(answer));
    keeper.set(tokenFor(-1_000));
    expect(await keeper.get()).toBeUndefined();
  });
});

describe('tabs of one browser', () => {
  test('refresh once for all: refresh tokens rotate without grace', async () => {
    const platform: TabPlatform = { locks: createLocks(), openChannel };
    const next = tokenFor(minuteMs);
    const refresh = vi.fn(() => Promise.resolve(next));
    const tabs = [keeperWith(refresh, platform), keeperWith(refresh, platform)];
    const told = new Promise<void>((resolve) =>
      tabs[1]?.renewed.subscribe(({ token }) => token === next.token && resolve()),
    );
    tabs[0]?.set(tokenFor(-1_000));
    expect(await tabs[0]?.get()).toBe(next.token);
    await told;
    expect(await tabs[1]?.get()).toBe(next.token);
    expect(refresh).toHaveBeenCalledTimes(1);
  });
});
