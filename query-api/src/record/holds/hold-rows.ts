import {
  fieldsOf,
  type HoldView,
  type Keyring,
  type Recorded,
  type RetentionView,
  type SqlSource,
} from '@verbatim/shared';
import { openRows } from '../entries/open-entries.ts';
import { recordColumns, recordRows } from '../entries/record-row.ts';

async function eventsOf(
  source: SqlSource,
  keyring: Keyring,
  organizationId: string,
  types: readonly string[],
): Promise<Recorded[]> {
  const rows = await recordRows(
    source,
    `SELECT ${recordColumns} FROM record.event AS e
     WHERE e.organization_id = $1 AND e.type = ANY($2::text[]) ORDER BY e.leaf_index`,
    [organizationId, types],
  );
  return (await openRows(rows, keyring)).flatMap(({ event }) => event ?? []);
}

/** Every hold that was ever placed, in that order. */
export async function listHolds(
  source: SqlSource,
  keyring: Keyring,
  organizationId: string,
): Promise<HoldView[]> {
  const holds = new Map<string, HoldView>();
  const types = ['LegalHoldPlaced', 'LegalHoldReleased'];
  for (const event of await eventsOf(source, keyring, organizationId, types)) {
    const when = { at: event.metadata.occurredAt, by: event.metadata.actorId };
    if (event.type === 'LegalHoldPlaced') {
      const { holdId, ...held } = event.data;
      const fields = fieldsOf(event.content);
      const told = { name: fields?.name ?? null, reason: fields?.reason ?? null };
      holds.set(holdId, { id: holdId, ...told, ...held, placed: when, released: null });
    }
    if (event.type === 'LegalHoldReleased') {
      const hold = holds.get(event.data.holdId);
      if (hold !== undefined) holds.set(hold.id, { ...hold, released: when });
    }
  }
  return [...holds.values()];
}

/** The rules as they stand. */
export async function retentionRules(
  source: SqlSource,
  keyring: Keyring,
  organizationId: string,
): Promise<RetentionView> {
  const rules = new Map<string | null, number | null>();
  for (const event of await eventsOf(source, keyring, organizationId, ['RetentionSet']))
    if (event.type === 'RetentionSet') rules.set(event.data.roomId, event.data.days);
  return {
    organization: { days: rules.get(null) ?? null },
    rooms: [...rules].flatMap(([roomId, days]) => (roomId === null ? [] : [{ roomId, days }])),
  };
}
