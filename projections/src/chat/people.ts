import type { OrganizationRole } from '@verbatim/shared';
import type { Table } from '../tables/table.ts';
import type { ChatBatch } from './chat-batch.ts';
import type { ChatEvent } from './chat-event.ts';

/** Who writes and who may read, so that one snapshot of this schema has names and rights with the messages. */
export interface PersonRow {
  organizationId: string;
  userId: string;
  /** Null once erased. */
  displayName: string | null;
  /** Null until the person has joined the organization. */
  role: OrganizationRole | null;
  active: boolean;
}

export const personTable: Table<PersonRow> = {
  name: 'person',
  columns: {
    organizationId: 'uuid',
    userId: 'uuid',
    displayName: 'text',
    role: 'text',
    active: 'boolean',
  },
  key: ['organizationId', 'userId'],
};

export const personTables = [
  `CREATE TABLE person (
     organization_id uuid NOT NULL,
     user_id uuid NOT NULL,
     display_name text,
     role text,
     active boolean NOT NULL,
     PRIMARY KEY (organization_id, user_id)
   )`,
];

export function projectPerson(batch: ChatBatch, event: ChatEvent): void {
  const { organizationId } = event.metadata;
  switch (event.type) {
    case 'UserRegistered':
    case 'ProfileChanged': {
      const displayName = event.content.status === 'present' ? event.content.fields.displayName : null;
      personOf(batch, organizationId, event.data.userId).displayName = displayName;
      return;
    }
    case 'UserJoined':
      Object.assign(personOf(batch, organizationId, event.data.userId), {
        role: event.data.role,
        active: true,
      });
      return;
    case 'OrganizationRoleChanged':
      personOf(batch, organizationId, event.data.userId).role = event.data.role;
      return;
    case 'UserDeactivated':
      personOf(batch, organizationId, event.data.userId).active = false;
      batch.push({ kind: 'session-ended', organizationId, userId: event.data.userId, sessionId: null });
      return;
    case 'UserReactivated':
      personOf(batch, organizationId, event.data.userId).active = true;
      return;
    case 'SessionEnded': {
      const { userId, sessionId } = event.data;
      batch.push({ kind: 'session-ended', organizationId, userId, sessionId });
      return;
    }
    default:
      return; // the rest changes other tables
  }
}

function personOf(batch: ChatBatch, organizationId: string, userId: string): PersonRow {
  const key = { organizationId, userId };
  return batch.people.edit(key) ?? batch.people.put({ ...key, displayName: null, role: null, active: false });
}
