import { Chance } from './chance.ts';
import { foundingOf, newWorkplace, talkIn, type Deed } from './conversation.ts';

const teams = 4;
const days = 20;
const dayMs = 24 * 3_600_000;

/** The talk of several organizations over some weeks, up to now, one after the other as it happened. */
export function* teamsTalking(count: number, texts: readonly string[]): Generator<Deed> {
  const chance = new Chance(1);
  const end = Date.now();
  let made = 0;
  const now = (): string => new Date(end - days * dayMs * (1 - made / count)).toISOString();
  const today = (): string => now().slice(0, '2026-11-22'.length);
  const workplaces = Array.from({ length: teams }, newWorkplace);
  for (const workplace of workplaces)
    for (const event of foundingOf(workplace)) {
      const { organizationId, userIds } = workplace;
      yield { organizationId, actorId: userIds[0] ?? organizationId, occurredAt: now(), event };
      made += 1;
    }
  const talks = workplaces.map((workplace) => ({
    organizationId: workplace.organizationId,
    talk: talkIn(workplace, texts, chance, today),
  }));
  for (; made < count; made += 1) {
    const { organizationId, talk } = chance.pickEarly(talks);
    const next = talk.next();
    if (next.done !== true) yield { organizationId, ...next.value, occurredAt: now() };
  }
}
