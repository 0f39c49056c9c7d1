/**
 * The rows of the access table, and what each kind of person gets. `yes` stands for the route's success (or a
 * refusal that has nothing to do with rights), the rest for the status of the refusal. Tests try every route as everybody.
 */
export type Standing =
  | 'no-token'
  | 'other-organization'
  | 'not-in-room'
  | 'member'
  | 'moderator'
  | 'room-admin'
  | 'organization-admin'
  | 'owner'
  | 'compliance'
  | 'deactivated';
export type Verdict = 'yes' | 401 | 403 | 404;
type Row = Readonly<Record<Standing, Verdict>>;

/** Where a row is about a room: what differs when the room is private. */
interface RoomRow {
  readonly inPublic: Row;
  readonly inPrivate: Row;
}

const everybody: Row = {
  'no-token': 'yes',
  'other-organization': 'yes',
  'not-in-room': 'yes',
  member: 'yes',
  moderator: 'yes',
  'room-admin': 'yes',
  'organization-admin': 'yes',
  owner: 'yes',
  compliance: 'yes',
  deactivated: 'yes',
};
const people: Row = { ...everybody, 'no-token': 401, deactivated: 401 };
/** A room: nobody from elsewhere may know of it. */
const participants: Row = {
  ...people,
  'other-organization': 404,
  'not-in-room': 403,
  'organization-admin': 403,
  owner: 403,
  compliance: 403,
};
const moderators: Row = { ...participants, member: 403, 'organization-admin': 'yes', owner: 'yes' };
/** Whoever is not in a private room does not know of it, whatever their role. */
const hidden = (row: Row): Row => ({
  ...row,
  'not-in-room': 404,
  'organization-admin': 404,
  owner: 404,
  compliance: 404,
});
const administrators: Row = {
  ...people,
  'other-organization': 404,
  'not-in-room': 403,
  member: 403,
  moderator: 403,
  'room-admin': 403,
  compliance: 403,
};

export const accessTable = {
  /** No token is asked for. */
  anybody: everybody,
  /** Every active person, for what is their own. */
  people,
  'room-creators': { ...people, compliance: 403 },
  joiners: {
    inPublic: { ...people, 'other-organization': 404, compliance: 403 },
    inPrivate: hidden({ ...people, 'other-organization': 404 }),
  },
  participants: { inPublic: participants, inPrivate: hidden(participants) },
  adders: {
    inPublic: { ...moderators, member: 'yes' },
    inPrivate: hidden(moderators),
  },
  moderators: { inPublic: moderators, inPrivate: hidden(moderators) },
  'room-admins': {
    inPublic: { ...moderators, moderator: 403 },
    inPrivate: hidden({ ...moderators, moderator: 403 }),
  },
  /** The message is a plain member's. */
  authors: {
    inPublic: { ...participants, moderator: 403, 'room-admin': 403 },
    inPrivate: hidden({ ...participants, moderator: 403, 'room-admin': 403 }),
  },
  'authors-and-moderators': {
    inPublic: { ...moderators, member: 'yes' },
    inPrivate: hidden({ ...moderators, member: 'yes' }),
  },
  'organization-admins': administrators,
  /** The organization is the caller's own, so nobody can name another's. */
  'own-organization-admins': { ...administrators, 'other-organization': 'yes' },
  'own-organization-owners': {
    ...administrators,
    'organization-admin': 403,
    'other-organization': 'yes',
  },
  /** What is decided about the record. Whatever is named must be one's own organization's. */
  'record-keepers': { ...administrators, 'organization-admin': 403, compliance: 'yes' },
} as const satisfies Record<string, Row | RoomRow>;
export type AccessRow = keyof typeof accessTable;
