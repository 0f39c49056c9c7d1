import type { AuditEntryView } from '@verbatim/shared/browser';
import { escapeInvisible } from '../text/invisible.ts';

/** Who did it: a person by the name they had, one that was erased, or nobody. */
export function actorName({ actor }: Pick<AuditEntryView, 'actor'>): string {
  if (actor.type === 'system' || actor.id === null) return 'The system';
  return escapeInvisible(actor.displayName ?? 'Erased person');
}
