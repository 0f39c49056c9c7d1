import { parseArgs } from 'node:util';
import type { Instance } from '@verbatim/testing/instance';
import { logIn, signUp, type Person } from '../workspace.ts';
import { publicChats, readChatTexts } from './chat-texts.ts';
import { startKept } from './kept-instance.ts';
import { openTables, writeMessages } from './many-messages.ts';

const millionsOfMessages = 5_000_000;

export interface BigTablesOptions {
  readonly messages: number;
  readonly data: string;
  readonly kept: string | undefined;
  /** Only makes the data. */
  readonly fill: boolean;
}

export function bigTablesOptions(args: readonly string[]): BigTablesOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      messages: { type: 'string', default: String(millionsOfMessages) },
      data: { type: 'string', default: publicChats },
      kept: { type: 'string' },
      fill: { type: 'boolean', default: false },
    },
  });
  return { ...values, messages: Number(values.messages), kept: values.kept };
}

/** An instance with so many messages in one organization, and somebody who may read them all. */
export async function startBig(
  { data, kept }: BigTablesOptions,
  messages: number,
): Promise<{ readonly instance: Instance; readonly reader: Person }> {
  const email = `reader-of-${messages}@bench.test`;
  const instance = await startKept(`messages-${messages}`, kept, async (fresh) => {
    const owner = await signUp(fresh.origin, email);
    const tables = await openTables(fresh);
    try {
      await writeMessages(tables, owner, messages, await readChatTexts(data));
    } finally {
      await tables.close();
    }
  });
  return { instance, reader: await logIn(instance.origin, email) };
}
