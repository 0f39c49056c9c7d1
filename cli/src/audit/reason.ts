import { createInterface } from 'node:readline/promises';
import { RefusedError } from '../api/api-client.ts';
import { CommandFailure } from '../command.ts';

/** Asks with the reason that was given; where one is needed and none was, the person at the terminal is asked for it. */
export async function withReason<Answer>(
  given: string | undefined,
  ask: (reason: string | undefined) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask(given);
  } catch (error) {
    const isNeeded = error instanceof RefusedError && error.problem.code === 'reason-required';
    if (!isNeeded || given !== undefined) throw error;
    return ask(await askReason());
  }
}

/** The reason that was given, else asked for. */
export const needReason = async (given: string | undefined): Promise<string> => given ?? askReason();

async function askReason(): Promise<string> {
  const answer = await askPerson('Why? (goes on the record) ');
  if (answer === undefined)
    throw new CommandFailure('This takes a reason, which goes on the record: --reason "…".');
  if (answer === '') throw new CommandFailure('Nothing was asked: it takes a reason.');
  return answer;
}

/** What the person at the terminal answers; undefined when there is no terminal. */
export async function askPerson(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await prompt.question(question)).trim();
  } finally {
    prompt.close();
  }
}
