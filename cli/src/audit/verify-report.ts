import { visible } from '../terminal/table.ts';
import type { Fault } from '../verify/event-walk.ts';

/** What was found, for programs and for people. */
export interface VerifyReport {
  readonly faults: readonly Fault[];
  readonly json: object;
  readonly text: string;
}

export const faultLines = (faults: readonly Fault[]): string =>
  faults
    .map(
      ({ position, what }) => `  ${position === undefined ? '' : `position ${position}: `}${visible(what)}\n`,
    )
    .join('');
