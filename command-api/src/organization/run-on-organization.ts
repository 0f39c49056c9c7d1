import { streamOf, type KeyScope, type OrganizationEvent } from '@verbatim/shared';
import type { CommandContext } from '../deciding/command-context.ts';
import type { Outcome } from '../deciding/command-runner.ts';
import type { Services } from '../services.ts';
import { decideOrganization } from './decide-organization.ts';
import type { OrganizationCommand } from './organization-command.ts';

export function runOnOrganization(
  { runner, states }: Pick<Services, 'runner' | 'states'>,
  context: CommandContext,
  command: OrganizationCommand,
  newKeys: readonly KeyScope[] = [],
): Promise<Outcome<OrganizationEvent>> {
  return runner.run(context, {
    streams: states.organizations,
    stream: streamOf.organization(context.organizationId),
    world: () => Promise.resolve(undefined),
    decide: (state) => decideOrganization(command, state),
    newKeys,
  });
}
