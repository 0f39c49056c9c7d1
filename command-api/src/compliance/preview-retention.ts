import {
  roomDayName,
  type ExistingOrganization,
  type RetentionPreviewView,
  type RoomDay,
} from '@verbatim/shared';
import { coversRoomDay, type Reach } from './hold-cover.ts';
import type { DayCount } from './record-facts.ts';

/**
 * What would go by a rule, and what each hold keeps back of that. Two holds may keep the same.
 * @param counts of all days that are past the rule
 */
export function previewRetention(
  state: ExistingOrganization,
  rule: { readonly roomId: string | null; readonly throughDay: string | null },
  counts: readonly DayCount[],
  reach: Reach,
): RetentionPreviewView {
  const going = new Map<string, Sum>();
  const kept = new Map<string, Map<string, Sum>>();
  for (const count of counts) {
    const isRuled = rule.roomId === null ? !state.retentionDays.has(count.roomId) : true;
    if (!isRuled || state.expiredRoomDays.has(roomDayName(count))) continue;
    const keeping = holdsOver(state, count, reach);
    if (keeping.length === 0) add(going, count);
    for (const holdId of keeping) {
      const ofHold = kept.get(holdId) ?? new Map<string, Sum>();
      kept.set(holdId, ofHold);
      add(ofHold, count);
    }
  }
  const rooms = [...going].map(([roomId, sum]) => ({ roomId, ...sum }));
  return {
    dryRun: true,
    throughDay: rule.throughDay,
    messages: rooms.reduce((all, { messages }) => all + messages, 0),
    rooms,
    kept: [...kept].flatMap(([holdId, ofHold]) =>
      [...ofHold].map(([roomId, sum]) => ({ holdId, roomId, ...sum })),
    ),
  };
}

interface Sum {
  readonly messages: number;
  readonly days: number;
}

function add(sums: Map<string, Sum>, { roomId, messages }: DayCount): void {
  const sum = sums.get(roomId) ?? { messages: 0, days: 0 };
  sums.set(roomId, { messages: sum.messages + messages, days: sum.days + 1 });
}

const holdsOver = ({ holds }: ExistingOrganization, roomDay: RoomDay, reach: Reach): string[] =>
  [...holds.values()].filter((hold) => coversRoomDay(hold, roomDay, reach)).map(({ holdId }) => holdId);
