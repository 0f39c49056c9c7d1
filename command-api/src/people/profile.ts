import {
  decodeEvent,
  fieldsOf,
  keysToOpen,
  streamOf,
  type Keyring,
  type KeyScope,
  type StoredEvent,
} from '@verbatim/shared';
import type { Services } from '../services.ts';
import type { Freshness } from '../streams/stream-states.ts';

export interface Profile {
  /** Null when the person was erased. */
  readonly displayName: string | null;
  readonly email: string | null;
}

type Needed = Pick<Services, 'sealer' | 'states'> & { readonly keyring: Keyring };

/** What somebody is called now, opened with their own key. */
export async function profileOf(
  services: Needed,
  userId: string,
  freshness: Freshness = 'recent',
): Promise<Profile> {
  const { state } = await services.states.users.get(streamOf.user(userId), freshness);
  const [registered, named] = await openProfiles(services, [state.registered, state.named]);
  return { displayName: named?.displayName ?? null, email: registered?.email ?? null };
}

/** The name, and where the event has one the address, that each stored event of a person holds. */
export async function openProfiles(
  { keyring, sealer }: Omit<Needed, 'states'>,
  stored: readonly (StoredEvent | undefined)[],
): Promise<Profile[]> {
  const scopes = new Map<string, KeyScope[]>();
  for (const event of stored) {
    const needed = event && keysToOpen(event);
    if (needed === undefined) continue;
    scopes.set(needed.organizationId, [...(scopes.get(needed.organizationId) ?? []), ...needed.keys]);
  }
  for (const [organizationId, keys] of scopes) await keyring.prepare(organizationId, keys);
  return stored.map((event) => {
    const opened = event && decodeEvent(event, sealer);
    if (opened?.type !== 'UserRegistered' && opened?.type !== 'ProfileChanged') return nameless;
    return { ...nameless, ...fieldsOf(opened.content) };
  });
}

const nameless: Profile = { displayName: null, email: null };
