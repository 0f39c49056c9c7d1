import { describe, expect, it } from 'vitest';
import { LoginThrottle } from './login-throttle.ts';

const fail = (throttle: LoginThrottle, address: string, isKnown: boolean, times: number): void => {
  for (let count = 0; count < times; count += 1) throttle.begin('account', address, isKnown);
};

describe('the throttle of log-ins', () => {
  it('slows many guesses from one address', () => {
    const throttle = new LoginThrottle();
    fail(throttle, 'attacker', false, 10);
    expect(() => throttle.begin('account', 'attacker', false)).toThrow(/slow down/);
  });
  it('slows guesses that come from everywhere', () => {
    const throttle = new LoginThrottle();
    for (let address = 0; address < 20; address += 1) fail(throttle, `bot ${address}`, false, 1);
    expect(() => throttle.begin('account', 'one more bot', false)).toThrow(/slow down/);
  });
  it('lets in whoever has been there before, while others guess', () => {
    const throttle = new LoginThrottle();
    for (let address = 0; address < 20; address += 1) fail(throttle, `bot ${address}`, false, 1);
    expect(() => throttle.begin('account', 'home', true)).not.toThrow();
  });
  it('does not count what was right', () => {
    const throttle = new LoginThrottle();
    for (let count = 0; count < 100; count += 1) throttle.begin('account', 'home', true).succeeded();
    expect(() => throttle.begin('account', 'home', true)).not.toThrow();
  });
});
