import { streamOf, type Database } from '@verbatim/shared';
import type { CommandContext } from '../../deciding/command-context.ts';
import { systemContext } from '../../deciding/system-context.ts';
import { finishDepartureSoon } from '../../organization/departure.ts';
import { runOnOrganization } from '../../organization/run-on-organization.ts';
import type { Services } from '../../services.ts';
import { dropErasure, reachStep, unfinishedErasures, type Erasure } from './erasure-rows.ts';
import { forgetAccount } from './forget-account.ts';
import { keysOfExports, keysOfPerson } from './personal-keys.ts';
import { recycleWal } from './recycle-wal.ts';
import { rewriteTables } from './rewrite-tables.ts';

/**
 * The part that whoever asked waits for: after it nobody reads the person's words any more. Every step may have been
 * done before, wholly or in part.
 * @returns the position of ContentErased
 */
export async function eraseContent(services: Services, erasure: Erasure): Promise<bigint> {
  const { keyring, database, logger } = services;
  const { erasureId, organizationId, userId, step } = erasure;
  if (step === 'requested') {
    await finishDepartureSoon(services, contextOf(services, erasure, 'FinishDeparture'), userId);
    await keyring.destroy(organizationId, await keysOfPerson(services, erasure), 'erased');
    await reachStep(database, erasureId, 'keys-destroyed');
    logger.info({ organizationId, erasureId }, 'the keys of somebody who is erased are destroyed');
  }
  const { position } = await runOnOrganization(services, contextOf(services, erasure, 'CompleteErasure'), {
    type: 'CompleteErasure',
    erasureId,
  });
  if (step === 'requested' || step === 'keys-destroyed')
    await reachStep(database, erasureId, 'content-erased');
  return position;
}

function contextOf(
  { logger }: Services,
  { organizationId, userId, commandId }: Erasure,
  command: string,
): CommandContext {
  const cause = { commandId: `${commandId}:${userId}`, causationId: commandId };
  return systemContext(organizationId, command, cause, logger);
}

const readModelsWithinMs = 60_000;

/** Finishes erasures, those that a crash or an outage left half done too. One process at a time rewrites tables. */
export async function finishErasures(services: Services): Promise<void> {
  const { database, states, logger } = services;
  const erased: Erasure[] = [];
  for (const erasure of await unfinishedErasures(database)) {
    const { erasureId, organizationId, isOld } = erasure;
    try {
      const { state } = await states.organizations.get(streamOf.organization(organizationId), 'now');
      const isAskedFor = state.status !== 'none' && state.erasures.has(erasureId);
      if (isAskedFor) {
        await eraseContent(services, erasure);
        await dropCopies(services, erasure);
        erased.push(erasure);
      } else if (isOld) await dropErasure(database, erasureId);
    } catch (error) {
      logger.error({ err: error, erasureId, organizationId }, 'an erasure stands still; it is tried again');
    }
  }
  if (erased.length > 0) await rewrite(services, erased);
}

/** What was made of the words in the clear, and the account. Nothing reads them any more: this takes them away. */
async function dropCopies(services: Services, erasure: Erasure): Promise<void> {
  const { eventStore, readModels, keyring } = services;
  const head = (await eventStore.head()) ?? 0n;
  await readModels.reached(['chat', 'directory', 'search', 'record'], head, readModelsWithinMs);
  await keyring.destroy(erasure.organizationId, await keysOfExports(readModels.source, erasure), 'erased');
  await forgetAccount(services, erasure);
}

async function rewrite(
  { database, logger, maintenance }: Services,
  erased: readonly Erasure[],
): Promise<void> {
  await maintenance.alone('verbatim erasure', async (connection: Database) => {
    await rewriteTables(connection);
    for (const { erasureId } of erased) await reachStep(database, erasureId, 'rewritten');
    await recycleWal(connection);
    for (const { erasureId } of erased) await reachStep(database, erasureId, 'done');
    logger.info({ erasures: erased.length }, 'nothing that was erased is left on the disk');
  });
}
