import {
  directoryEntryView,
  Problem,
  type Caller,
  type DirectoryEntryView,
  type Page,
  type SqlSource,
} from '@verbatim/shared';
import { idCursor, pageOfRows } from '../http/paging.ts';

const people = `
  SELECT user_id AS id, coalesce(display_name, '') AS "displayName", email, role, active, imported
  FROM directory.person
  WHERE organization_id = $1 AND user_id > $2 AND role IS NOT NULL
  ORDER BY user_id LIMIT $3`;

/**
 * Everybody who ever joined the organization. E-mail addresses are for its owners and admins.
 * @throws Problem `not-found` for any organization but the caller's own.
 */
export async function listPeople(
  source: SqlSource,
  caller: Caller,
  organizationId: string,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<DirectoryEntryView>> {
  if (organizationId !== caller.organizationId) throw new Problem('not-found');
  const { rows } = await source.query(people, [organizationId, idCursor(cursor), limit + 1]);
  const seesAddresses = caller.role === 'owner' || caller.role === 'admin';
  const view = seesAddresses ? directoryEntryView : directoryEntryView.omit({ email: true });
  return pageOfRows(
    rows.map((row) => view.parse(row)),
    limit,
    ({ id }) => id,
  );
}
