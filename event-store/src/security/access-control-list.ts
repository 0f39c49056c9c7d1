import { z } from 'zod';
import { ADMINS, EVERYBODY, isAdmin, type Principal } from './principal.ts';

/** What a user may do with a stream. */
export type StreamAction = 'read' | 'write' | 'delete' | 'readMetadata' | 'writeMetadata';

const names = z
  .union([z.string().transform((name) => [name]), z.array(z.string())])
  .optional()
  .catch(undefined);

const aclSchema = z.object({ $r: names, $w: names, $d: names, $mr: names, $mw: names });

/** Names of users and groups by action; what is left out falls back to a default. */
export type AccessControlList = Partial<Readonly<Record<StreamAction, readonly string[]>>>;

export function parseAccessControlList(acl: unknown): AccessControlList {
  const parsed = aclSchema.safeParse(acl);
  if (!parsed.success) return {};
  const { $r, $w, $d, $mr, $mw } = parsed.data;
  return {
    ...($r && { read: $r }),
    ...($w && { write: $w }),
    ...($d && { delete: $d }),
    ...($mr && { readMetadata: $mr }),
    ...($mw && { writeMetadata: $mw }),
  };
}

function forAll(name: string): AccessControlList {
  const granted = [name];
  return { read: granted, write: granted, delete: granted, readMetadata: granted, writeMetadata: granted };
}

export const DEFAULT_FOR_USER_STREAMS = forAll(EVERYBODY);
export const DEFAULT_FOR_SYSTEM_STREAMS = forAll(ADMINS);

/** Whether the first of the lists that speaks of the action grants it. Administrators may do everything. */
export function isGranted(
  principal: Principal,
  action: StreamAction,
  lists: readonly AccessControlList[],
): boolean {
  if (isAdmin(principal)) return true;
  const granted = lists.find((list) => list[action] !== undefined)?.[action] ?? [];
  return granted.some(
    (name) => name === EVERYBODY || name === principal.name || principal.groups.includes(name),
  );
}
