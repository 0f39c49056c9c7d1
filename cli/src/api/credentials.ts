import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandFailure } from '../command.ts';

/** The flags of every command that talks to a running instance, for `parseArgs`. */
export const connectionFlags = {
  origin: { type: 'string', default: 'http://localhost:8080' },
  email: { type: 'string' },
  password: { type: 'string' },
} as const;

export const connectionHelp = `  --origin URL     the running instance (default http://localhost:8080)
  --email, --password
                   or VERBATIM_EMAIL and VERBATIM_PASSWORD; asked for when neither is given
`;

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** From the flags, else the environment, else the person at the terminal. */
export async function findCredentials(flags: {
  readonly email?: string | undefined;
  readonly password?: string | undefined;
}): Promise<Credentials> {
  const email = flags.email ?? process.env['VERBATIM_EMAIL'] ?? (await ask('E-mail: ', false));
  const password = flags.password ?? process.env['VERBATIM_PASSWORD'] ?? (await ask('Password: ', true));
  return { email, password };
}

async function ask(question: string, hidden: boolean): Promise<string> {
  if (!process.stdin.isTTY)
    throw new CommandFailure(
      'Give --email and --password, or VERBATIM_EMAIL and VERBATIM_PASSWORD: there is no terminal to ask at.',
    );
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({
    input: process.stdin,
    output: hidden ? silent : process.stderr,
    terminal: true,
  });
  try {
    return await prompt.question('');
  } finally {
    prompt.close();
    if (hidden) process.stderr.write('\n');
  }
}
