import { streamOf, type KeyScope, type RoomEvent } from '@verbatim/shared';
import type { CommandContext } from '../deciding/command-context.ts';
import type { Outcome } from '../deciding/command-runner.ts';
import type { Services } from '../services.ts';
import { decideRoom } from './decide-room.ts';
import type { RoomCommand } from './room-command.ts';

export function runOnRoom(
  { runner, states }: Pick<Services, 'runner' | 'states'>,
  context: CommandContext,
  roomId: string,
  command: RoomCommand,
  newKeys: readonly KeyScope[] = [],
): Promise<Outcome<RoomEvent>> {
  return runner.run(context, {
    streams: states.rooms,
    stream: streamOf.room(roomId),
    roomId,
    world: (freshness) => states.members(context.organizationId, freshness),
    decide: (room, members) => decideRoom(command, { room, members }),
    newKeys,
  });
}
