import {
  directoryEntryView,
  organizationRoleSchema,
  invitationView,
  openInvitationView,
  pageOf,
  type CommandAnswer,
  type InvitationView,
  type OpenInvitationView,
  type OrganizationRole,
} from '@verbatim/shared/browser';
import { z } from 'zod';
import { Commands } from './commands.ts';
import type { HttpClient } from './http-client.ts';
import { allItems, pageSize } from './pages.ts';

const personView = directoryEntryView.extend({ role: organizationRoleSchema });
/** Somebody of the organization's directory. */
export type Person = z.infer<typeof personView>;

const people = pageOf(personView);
const invitations = pageOf(openInvitationView);

export class PeopleApi {
  readonly #http: HttpClient;
  readonly #commands: Commands;
  readonly #organizationId: string;

  constructor(http: HttpClient, organizationId: string) {
    this.#http = http;
    this.#commands = new Commands(http);
    this.#organizationId = organizationId;
  }

  all(): Promise<Person[]> {
    const path = `/chat/organizations/${this.#organizationId}/users`;
    return allItems((cursor) => this.#http.get(people, path, { query: { limit: pageSize, cursor } }));
  }

  change(
    userId: string,
    change: { readonly role?: OrganizationRole; readonly active?: boolean },
  ): Promise<CommandAnswer> {
    return this.#commands.patch(`/chat/organizations/${this.#organizationId}/users/${userId}`, change);
  }

  invitations(): Promise<OpenInvitationView[]> {
    return allItems((cursor) =>
      this.#http.get(invitations, '/auth/invitations', { query: { limit: pageSize, cursor } }),
    );
  }

  invite(invitation: { readonly email?: string; readonly role: OrganizationRole }): Promise<InvitationView> {
    return this.#http.post(invitationView, '/auth/invitations', { body: invitation });
  }

  async revoke(invitationId: string): Promise<void> {
    await this.#http.delete(z.unknown(), `/auth/invitations/${invitationId}`);
  }

  async changePassword(currentPassword: string, newPassword: string): Promise<void> {
    await this.#http.post(z.unknown(), '/auth/password', { body: { currentPassword, newPassword } });
  }
}
