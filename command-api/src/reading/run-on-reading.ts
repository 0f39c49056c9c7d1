import { streamOf, type ReadingEvent } from '@verbatim/shared';
import type { CommandContext } from '../deciding/command-context.ts';
import type { Outcome } from '../deciding/command-runner.ts';
import type { Services } from '../services.ts';
import { decideReading, type ReadingCommand } from './decide-reading.ts';

export function runOnReading(
  { runner, states }: Pick<Services, 'runner' | 'states'>,
  context: CommandContext,
  roomId: string,
  command: ReadingCommand,
): Promise<Outcome<ReadingEvent>> {
  const { organizationId, actorId } = context;
  return runner.run(context, {
    streams: states.readings,
    stream: streamOf.reading(roomId, actorId),
    roomId,
    atAnyRevision: true,
    world: (freshness) => states.roomWorld(organizationId, roomId, freshness),
    decide: (reading, world) => decideReading(command, { ...world, reading }),
  });
}
