/** Who asks, seen from what is asked for. */
export type Standing =
  | 'no-token'
  | 'ended-session'
  | 'other-organization'
  | 'not-in-room'
  | 'member'
  | 'organization-admin'
  | 'owner'
  | 'compliance';
/** Its success, or the status of the refusal. */
export type Verdict = 'yes' | 401 | 403 | 404;
type Row = Readonly<Record<Standing, Verdict>>;

const people: Row = {
  'no-token': 401,
  'ended-session': 401,
  'other-organization': 'yes',
  'not-in-room': 'yes',
  member: 'yes',
  'organization-admin': 'yes',
  owner: 'yes',
  compliance: 'yes',
};
const organization: Row = { ...people, 'other-organization': 404 };

/** Owners and compliance; the tests' person of another organization is a member there. */
const recordReaders: Row = {
  ...people,
  'other-organization': 403,
  'not-in-room': 403,
  member: 403,
  'organization-admin': 403,
};

/** The rows of the access table for queries; the tests try every route as everybody. `member` is in the room, others are not. */
export const accessTable = {
  /** Every active person, for what is their own. */
  people: { inPublic: people, inPrivate: people },
  organization: { inPublic: organization, inPrivate: organization },
  record: { inPublic: recordReaders, inPrivate: recordReaders },
  /** A room's readers: its participants, and of a public one everybody in the organization. */
  readers: {
    inPublic: organization,
    inPrivate: {
      ...organization,
      'not-in-room': 404,
      'organization-admin': 404,
      owner: 404,
      compliance: 404,
    },
  },
} as const satisfies Record<string, { readonly inPublic: Row; readonly inPrivate: Row }>;
export type AccessRow = keyof typeof accessTable;
