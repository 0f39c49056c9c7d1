import { expect } from 'vitest';
import type { ProblemCode } from '@verbatim/shared';
import type { Decision } from './decision.ts';

/** `given(events).when(command).then(events)`, `.thenRejected(code)` or `.thenAlreadySo()`. */
export function givenBy<Event, Command>(
  decideAfter: (events: readonly Event[], command: Command) => Decision<Event>,
) {
  return (...events: readonly Event[]) => ({
    when: (command: Command) => {
      const decision = decideAfter(events, command);
      return {
        then: (...expected: readonly Event[]) =>
          expect(decision).toEqual({ accepted: true, events: expected }),
        thenRejected: (code: ProblemCode) =>
          expect(decision).toMatchObject({ accepted: false, rejection: { code } }),
        thenAlreadySo: () => expect(decision).toEqual({ accepted: true, events: [] }),
      };
    },
  });
}
