import type { DomainEvent, EventName, OrganizationRole, PushItem, Recorded } from '@verbatim/shared';
import { concernsOf } from '../group/interest.ts';
import { openedEvents } from '../group/log-item.ts';
import { wholeOrganization } from '../group/partition.ts';
import type { ReadModel } from '../group/read-model.ts';
import type { Connection } from '../tables/connection.ts';
import { RowSet } from '../tables/row-set.ts';
import type { Table } from '../tables/table.ts';

interface OrganizationRow {
  organizationId: string;
  name: string | null;
  /** Rises with every change of the directory. */
  version: number;
}

const organizationTable: Table<OrganizationRow> = {
  name: 'organization',
  columns: { organizationId: 'uuid', name: 'text', version: 'integer' },
  key: ['organizationId'],
};

interface PersonRow {
  organizationId: string;
  userId: string;
  /** Null once erased, like the e-mail address. */
  displayName: string | null;
  email: string | null;
  /** Null until the person has joined the organization. */
  role: OrganizationRole | null;
  active: boolean;
  imported: boolean;
}

const personTable: Table<PersonRow> = {
  name: 'person',
  columns: {
    organizationId: 'uuid',
    userId: 'uuid',
    displayName: 'text',
    email: 'text',
    role: 'text',
    active: 'boolean',
    imported: 'boolean',
  },
  key: ['organizationId', 'userId'],
};

const tables = [
  `CREATE TABLE organization (
     organization_id uuid PRIMARY KEY,
     name text,
     version integer NOT NULL
   ) WITH (fillfactor = 50)`,
  `CREATE TABLE person (
     organization_id uuid NOT NULL,
     user_id uuid NOT NULL,
     display_name text,
     email text,
     role text,
     active boolean NOT NULL,
     imported boolean NOT NULL,
     PRIMARY KEY (organization_id, user_id)
   )`,
];

const eventNames = [
  'OrganizationCreated',
  'UserRegistered',
  'ProfileChanged',
  'UserJoined',
  'OrganizationRoleChanged',
  'UserDeactivated',
  'UserReactivated',
  'ErasureRequested',
  'ContentErased',
] as const satisfies readonly EventName[];
const names = new Set<string>(eventNames);
type DirectoryEvent = Recorded<Extract<DomainEvent, { readonly type: (typeof eventNames)[number] }>>;
const isDirectoryEvent = (event: Recorded): event is DirectoryEvent => names.has(event.type);

/** Who is in an organization, under which name and with which role. */
export const directory: ReadModel = {
  name: 'directory',
  version: 1,
  tables,
  indexes: [],
  opens: names,
  concerns: concernsOf(eventNames),
  partitionOf: wholeOrganization,
  isPrompt: true,
  batchIntervalMs: 100,
  apply: async (connection, items, { writer }) => {
    const events = openedEvents(items).filter(isDirectoryEvent);
    if (events.length === 0) return [];
    const batch = await load(connection, events);
    const changed = new Set<string>();
    for (const event of events) {
      project(batch, event);
      changed.add(event.metadata.organizationId);
    }
    const pushes = [...changed].map((organizationId) => directoryPush(batch, organizationId));
    await batch.organizations.write(connection, writer);
    await batch.people.write(connection, writer);
    return pushes;
  },
};

interface Batch {
  readonly organizations: RowSet<OrganizationRow>;
  readonly people: RowSet<PersonRow>;
}

async function load(connection: Connection, events: readonly DirectoryEvent[]): Promise<Batch> {
  const batch = { organizations: new RowSet(organizationTable), people: new RowSet(personTable) };
  await batch.organizations.load(
    connection,
    events.map(({ metadata: { organizationId } }) => ({ organizationId })),
  );
  await batch.people.load(
    connection,
    events.flatMap(({ data, metadata: { organizationId } }) =>
      'userId' in data ? [{ organizationId, userId: data.userId }] : [],
    ),
  );
  return batch;
}

function project(batch: Batch, event: DirectoryEvent): void {
  const { organizationId } = event.metadata;
  const organization = organizationOf(batch, organizationId);
  organization.version += 1;
  switch (event.type) {
    case 'OrganizationCreated':
      organization.name = event.data.name;
      return;
    case 'UserRegistered': {
      const { displayName = null, email = null } =
        event.content.status === 'present' ? event.content.fields : {};
      Object.assign(personOf(batch, organizationId, event.data.userId), { displayName, email });
      return;
    }
    case 'ProfileChanged':
      personOf(batch, organizationId, event.data.userId).displayName =
        event.content.status === 'present' ? event.content.fields.displayName : null;
      return;
    case 'UserJoined': {
      const { userId, role, imported } = event.data;
      Object.assign(personOf(batch, organizationId, userId), { role, imported, active: true });
      return;
    }
    case 'OrganizationRoleChanged':
      personOf(batch, organizationId, event.data.userId).role = event.data.role;
      return;
    case 'UserDeactivated':
      personOf(batch, organizationId, event.data.userId).active = false;
      return;
    case 'UserReactivated':
      personOf(batch, organizationId, event.data.userId).active = true;
      return;
    // The same twice: what was registered between the two is gone as well.
    case 'ErasureRequested':
    case 'ContentErased':
      Object.assign(personOf(batch, organizationId, event.data.userId), { displayName: null, email: null });
      return;
  }
}

function organizationOf(batch: Batch, organizationId: string): OrganizationRow {
  return (
    batch.organizations.edit({ organizationId }) ??
    batch.organizations.put({ organizationId, name: null, version: 0 })
  );
}

function personOf(batch: Batch, organizationId: string, userId: string): PersonRow {
  const key = { organizationId, userId };
  const fresh = { ...key, displayName: null, email: null, role: null, active: false, imported: false };
  return batch.people.edit(key) ?? batch.people.put(fresh);
}

function directoryPush(batch: Batch, organizationId: string): PushItem {
  const { version } = organizationOf(batch, organizationId);
  return { kind: 'directory', organizationId, version };
}
