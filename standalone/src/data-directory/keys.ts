import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { encodeCheckpointKey } from '@verbatim/shared/configuration';
import { StartFault } from '../start-fault.ts';
import { readKeptFile, writeKeptFile } from './kept-file.ts';

/** The installation's keys, by the environment variables that services read them from. */
export type Keys = Readonly<
  Record<'VERBATIM_SIGNING_KEY' | 'VERBATIM_CHECKPOINT_KEY' | 'VERBATIM_MASTER_KEY', string>
>;

const makers: { readonly [Name in keyof Keys]: { readonly file: string; readonly make: () => string } } = {
  VERBATIM_SIGNING_KEY: { file: 'signing-key.pem', make: makeSigningKey },
  VERBATIM_CHECKPOINT_KEY: { file: 'checkpoint-key', make: makeCheckpointKey },
  VERBATIM_MASTER_KEY: { file: 'master-key', make: () => randomBytes(32).toString('base64') },
};

/**
 * The keys kept in the data directory, made at the first start. Where data exist already a missing key is
 * never made anew: what was written with the lost one could not be read again, and nobody would notice.
 */
export async function keepKeys(
  dataDirectory: string,
  given: Partial<Record<keyof Keys, string | undefined>>,
): Promise<Keys> {
  const folder = path.join(dataDirectory, 'keys');
  const hasData = ['events', 'postgres'].some((name) => existsSync(path.join(dataDirectory, name)));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const keep = async (name: keyof Keys) => given[name] ?? (await keepKey(folder, name, hasData));
  return {
    VERBATIM_SIGNING_KEY: await keep('VERBATIM_SIGNING_KEY'),
    VERBATIM_CHECKPOINT_KEY: await keep('VERBATIM_CHECKPOINT_KEY'),
    VERBATIM_MASTER_KEY: await keep('VERBATIM_MASTER_KEY'),
  };
}

/** Where a key is kept in a data directory. */
export const keyFileOf = (dataDirectory: string, name: keyof Keys): string =>
  path.join(dataDirectory, 'keys', makers[name].file);

/** Fresh keys for an installation with stores of its own. */
export function makeKeys(): Keys {
  return {
    VERBATIM_SIGNING_KEY: makers.VERBATIM_SIGNING_KEY.make(),
    VERBATIM_CHECKPOINT_KEY: makers.VERBATIM_CHECKPOINT_KEY.make(),
    VERBATIM_MASTER_KEY: makers.VERBATIM_MASTER_KEY.make(),
  };
}

async function keepKey(folder: string, name: keyof Keys, hasData: boolean): Promise<string> {
  const file = path.join(folder, makers[name].file);
  const kept = await readKeptFile(file);
  if (kept !== undefined) return kept.trim();
  if (hasData) {
    throw new StartFault(
      `${file} is missing, and the data beside it were made with it: restore it, or set ${name}.`,
    );
  }
  const made = makers[name].make();
  await writeKeptFile(file, `${made.trim()}\n`);
  return made.trim();
}

function makeSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The name tells installations apart for those who keep checkpoints of several. */
function makeCheckpointKey(): string {
  return encodeCheckpointKey(`verbatim-${randomBytes(4).toString('hex')}`, randomBytes(32));
}
