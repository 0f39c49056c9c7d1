import { importedUserId, personScope, present, streamOf, uuidV5, type ImportItem } from '@verbatim/shared';
import type { CommandContext } from '../deciding/command-context.ts';
import { runOnOrganization } from '../organization/run-on-organization.ts';
import type { Services } from '../services.ts';
import type { AppendPipeline } from './append-pipeline.ts';
import { importContext } from './import-context.ts';

/** People that one append brings into the organization; a thousand would come near the largest append. */
const peoplePerAppend = 500;

/** Makes the authors that are not there yet people of the organization who cannot log in. */
export async function takeInPeople(
  services: Services,
  base: CommandContext,
  items: readonly ImportItem[],
  pipeline: AppendPipeline,
): Promise<void> {
  const { organizationId, actorId } = base;
  const members = await services.states.members(organizationId, 'now');
  const missing = new Map<string, ImportItem['as']>();
  for (const { as } of items) {
    const userId = importedUserId(organizationId, as.sourceUserId);
    if (!members.has(userId) && !missing.has(userId)) missing.set(userId, as);
  }
  if (missing.size === 0) return;

  const userIds = [...missing.keys()];
  await services.keyring.prepare(organizationId, userIds.map(personScope), { create: true });
  for (const [userId, { sourceUserId, displayName }] of missing)
    await pipeline.begin(importContext(base, `person:${userId}`), streamOf.user(userId), {
      type: 'UserRegistered',
      data: { userId, source: services.hashes.sourceUser(organizationId, sourceUserId) },
      content: present({ displayName, email: null }),
    });
  await pipeline.settled();
  for (let from = 0; from < userIds.length; from += peoplePerAppend) {
    const some = userIds.slice(from, from + peoplePerAppend);
    const context = importContext(base, `people:${uuidV5(organizationId, some.join())}`);
    await runOnOrganization(services, context, { type: 'TakeInImported', actorId, userIds: some });
  }
}
