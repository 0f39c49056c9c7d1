import { streamOf, utcDay } from '@verbatim/shared';
import { z } from 'zod';
import type { Services } from '../services.ts';
import { applyRetention } from './apply-retention.ts';

const organizationRows = z.array(z.object({ organizationId: z.string() }));

/** Lets go what is past retention: soon after a rule was set or a hold released, and then day by day. */
export class RetentionKeeper {
  readonly #wake: () => void;
  /** What an organization looked like when nothing more was to go: revision and day. */
  readonly #settledAt = new Map<string, string>();
  #changed = new Set<string>();

  /** @param wake has `keep` run now instead of in its turn */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  soon(organizationId: string): void {
    this.#changed.add(organizationId);
    this.#wake();
  }

  /** One organization that fails keeps the others from nothing. */
  async keep(services: Services): Promise<void> {
    const ruled = await ruledOrganizations(services);
    const changed = this.#changed;
    this.#changed = new Set();
    for (const organizationId of new Set([...changed, ...ruled]))
      try {
        await this.#keepOne(services, organizationId);
      } catch (error) {
        if (changed.has(organizationId)) this.#changed.add(organizationId);
        services.logger.warn(
          { err: error, organizationId },
          'retention could not be applied; it is tried again',
        );
      }
  }

  async #keepOne(services: Services, organizationId: string): Promise<void> {
    const stream = streamOf.organization(organizationId);
    const { revision } = await services.states.organizations.get(stream, 'recent');
    const moment = `${revision}|${utcDay(new Date().toISOString())}`;
    if (this.#settledAt.get(organizationId) === moment) return;
    await applyRetention(services, organizationId);
    this.#settledAt.set(organizationId, moment);
  }
}

/** Those with a rule, or that ever had one. */
async function ruledOrganizations({ readModels }: Services): Promise<readonly string[]> {
  const { rows } = await readModels.source.query(
    `SELECT organization_id AS "organizationId" FROM record.tree
     WHERE EXISTS (SELECT 1 FROM record.event
       WHERE event.organization_id = tree.organization_id AND event.type = 'RetentionSet')`,
  );
  return organizationRows.parse(rows).map(({ organizationId }) => organizationId);
}
