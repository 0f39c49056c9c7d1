import type { Logger, TokenVerifier } from '@verbatim/shared';
import type { CommandGateway } from './commands/command-gateway.ts';
import type { RelayLimits } from './limits/relay-limits.ts';
import type { People } from './people/people.ts';
import type { Presence } from './presence/presence.ts';
import type { RelayReadModel } from './read-model/relay-read-model.ts';
import type { RoomRegistry } from './rooms/room-registry.ts';
import type { Typing } from './typing/typing.ts';

/** What the parts of one relay work on together. */
export interface RelayContext {
  readonly readModel: RelayReadModel;
  readonly rooms: RoomRegistry;
  readonly people: People;
  readonly presence: Presence;
  readonly typing: Typing;
  readonly commands: CommandGateway;
  readonly tokens: TokenVerifier;
  readonly limits: RelayLimits;
  readonly logger: Logger;
}
