import type { ProblemDetails } from '@verbatim/shared';

/** On whose behalf a command is given: their own token, and from where they came. */
export interface CommandCaller {
  readonly token: string;
  readonly ip: string;
  readonly userAgent: string;
}

export interface MessageCommand {
  readonly id: string;
  readonly text: string;
  readonly replyTo?: string | undefined;
  readonly threadOf?: string | undefined;
}

export type CommandOutcome =
  | { readonly accepted: true; readonly position: string }
  | { readonly accepted: false; readonly problem: ProblemDetails };

/** The command-api as the relay uses it. Settles always, within a bound; an outcome nobody knows is a problem too. */
export interface CommandGateway {
  sendMessage(caller: CommandCaller, roomId: string, message: MessageCommand): Promise<CommandOutcome>;
  markRead(caller: CommandCaller, roomId: string, seq: number): Promise<CommandOutcome>;
  stop(): void;
}
