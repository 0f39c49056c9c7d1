import type { ChatApi } from '../services/chat-api.ts';
import { insist } from './insist.ts';

/** Somebody who is there as the others are until something becomes of them. */
export interface Guest {
  readonly person: ChatApi;
  readonly fate: 'erased' | 'deactivated';
}

export async function meetFate({ person, fate }: Guest, owner: ChatApi): Promise<void> {
  if (fate === 'deactivated') await changeActivity(person, owner, false);
  else
    await insist(() =>
      owner.command('POST', '/audit/erasures', { userId: person.userId, reason: 'their wish' }),
    );
}

/** Whoever was deactivated may come back, and begins anew. */
export async function comeBack({ person }: Guest, owner: ChatApi): Promise<ChatApi> {
  await changeActivity(person, owner, true);
  return person.logInAgain();
}

function changeActivity(person: ChatApi, owner: ChatApi, active: boolean): Promise<void> {
  const path = `/chat/organizations/${owner.organizationId}/users/${person.userId}`;
  return insist(() => owner.command('PATCH', path, { active }));
}
