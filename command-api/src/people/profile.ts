import { decodeEvent, fieldsOf, keysToOpen, streamOf, type StoredEvent } from '@verbatim/shared';
import type { Services } from '../services.ts';
import type { Freshness } from '../streams/stream-states.ts';

export interface Profile {
  /** Null when the person was erased. */
  readonly displayName: string | null;
  readonly email: string | null;
}

type Needed = Pick<Services, 'keyring' | 'sealer' | 'states'>;

/** What somebody is called now, opened with their own key. */
export async function profileOf(
  services: Needed,
  userId: string,
  freshness: Freshness = 'recent',
): Promise<Profile> {
  const { state } = await services.states.users.get(streamOf.user(userId), freshness);
  const [registered, named] = await Promise.all([
    openProfile(services, state.registered),
    openProfile(services, state.named),
  ]);
  return { displayName: named.displayName, email: registered.email };
}

/** The name, and where the event has one the address, that a stored event of a person holds. */
export async function openProfile(
  { keyring, sealer }: Omit<Needed, 'states'>,
  stored: StoredEvent | undefined,
): Promise<Profile> {
  const nothing = { displayName: null, email: null };
  const needed = stored && keysToOpen(stored);
  if (stored === undefined || needed === undefined) return nothing;
  await keyring.prepare(needed.organizationId, needed.keys);
  const event = decodeEvent(stored, sealer);
  if (event.type === 'UserRegistered') return { ...nothing, ...fieldsOf(event.content) };
  if (event.type === 'ProfileChanged') return { ...nothing, ...fieldsOf(event.content) };
  return nothing;
}
