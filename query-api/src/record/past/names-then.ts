import { fieldsOf, type Keyring, type SqlSource } from '@verbatim/shared';
import type { ActorName } from '../entries/open-entries.ts';
import { openRows } from '../entries/open-entries.ts';
import { recordColumns, recordRows } from '../entries/record-row.ts';

/** For each person the event that registered them and the newest that named them. */
const namingEvents = `
  SELECT ${recordColumns}
  FROM unnest($2::uuid[]) AS person (user_id)
  CROSS JOIN LATERAL (
    (SELECT * FROM record.event
     WHERE organization_id = $1 AND entity_id = person.user_id AND leaf_index < $3
       AND type = 'UserRegistered'
     ORDER BY leaf_index LIMIT 1)
    UNION ALL
    (SELECT * FROM record.event
     WHERE organization_id = $1 AND entity_id = person.user_id AND leaf_index < $3
       AND type = 'ProfileChanged'
     ORDER BY leaf_index DESC LIMIT 1)) AS e`;

/** What people were called then; nothing of whom was erased since. */
export async function namesThen(
  source: SqlSource,
  keyring: Keyring,
  people: { readonly organizationId: string; readonly endLeaf: bigint; readonly userIds: readonly string[] },
): Promise<ReadonlyMap<string, ActorName>> {
  const { organizationId, endLeaf, userIds } = people;
  const rows = await recordRows(source, namingEvents, [organizationId, [...new Set(userIds)], endLeaf]);
  const names = new Map<string, ActorName>();
  for (const { event } of await openRows(rows, keyring)) {
    if (event?.type === 'UserRegistered') {
      const fields = fieldsOf(event.content);
      names.set(event.data.userId, {
        displayName: fields?.displayName ?? null,
        email: fields?.email ?? null,
      });
    }
    if (event?.type === 'ProfileChanged') {
      const email = names.get(event.data.userId)?.email ?? null;
      names.set(event.data.userId, { displayName: fieldsOf(event.content)?.displayName ?? null, email });
    }
  }
  return names;
}
