import type { GiveCommand } from '@verbatim/command-api';
import type { CommandCaller, CommandGateway, CommandOutcome } from '@verbatim/realtime';
import { commandAnswer, problemOf } from '@verbatim/shared';

/** For a relay that shares the process with the command-api: what is said over a socket goes there without a request. */
export function createLocalCommandGateway(give: GiveCommand): CommandGateway {
  const outcomeOf = async (
    name: string,
    caller: CommandCaller,
    roomId: string,
    body: unknown,
  ): Promise<CommandOutcome> => {
    try {
      const answer = await give(name, { ...caller, parameters: { roomId }, body });
      return { accepted: true, position: commandAnswer.parse(answer).position };
    } catch (error) {
      return { accepted: false, problem: problemOf(error).toDetails() };
    }
  };
  return {
    sendMessage: (caller, roomId, message) => outcomeOf('SendMessage', caller, roomId, message),
    markRead: (caller, roomId, seq) => outcomeOf('MarkRead', caller, roomId, { seq }),
    stop: () => undefined,
  };
}
