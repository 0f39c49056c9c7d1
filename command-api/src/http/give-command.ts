import { randomUUID } from 'node:crypto';
import { problemOf, type Logger } from '@verbatim/shared';
import type { AnswerRoute } from './answer-route.ts';
import type { Route } from './route.ts';
import { usedUserAgent } from './user-agent.ts';

/** What an HTTP request would say. */
export interface GivenCommand {
  readonly token: string;
  readonly ip: string;
  readonly userAgent: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * Gives a command of the catalogue from within the process, with the rights, limits and answers of a request.
 * @returns the answer's body. @throws Problem
 */
export type GiveCommand = (name: string, given: GivenCommand) => Promise<unknown>;

export function givingCommands(routes: readonly Route[], answer: AnswerRoute, logger: Logger): GiveCommand {
  const byName = new Map(routes.map((route) => [route.name, route]));
  return async (name, { token, ip, userAgent, parameters, body }) => {
    const route = byName.get(name);
    if (route === undefined) throw new Error(`there is no command ${name}`);
    const requestId = randomUUID();
    const raw = {
      requestId,
      from: { ip, userAgent: usedUserAgent(userAgent) },
      idempotencyKey: undefined,
      origin: undefined,
      cookies: {},
      logger,
      parameters,
      query: {},
      body,
    };
    try {
      return (await answer(route, { authorization: `Bearer ${token}`, raw })).body;
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status >= 500)
        logger.error({ err: error, requestId, command: name, code: problem.code }, 'command failed');
      throw problem;
    }
  };
}
