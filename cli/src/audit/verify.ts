import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { CommandFailure, UsageError } from '../command.ts';
import { ProgressBar } from '../terminal/progress-bar.ts';
import { verifyExport, type ExportReport } from '../verify/verify-export.ts';

export const verifyHelp = `verify checks an export off line, against the signed checkpoint in it: that the file is to the byte what was
signed, that every event hashes to its leaf and all leaves to the signed root, and that the words shown are those that
were sealed. It needs nothing but FILE and the public key, and trusts no server.

  --key KEY    the instance's verifier key, <name>+<hash>+<base64>, or a file that holds it; from GET /audit/key.
               Without it the key in the export is used, which proves that the file is whole, and not who made it
  --json       one JSON object for programs

Exit code 0 when all is as it was signed, 1 when anything is not; the first wrong event is named by its position.
`;

export async function verifyFile(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { key: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) throw new UsageError('Name one FILE to verify.');
  const verifierKey = values.key === undefined ? undefined : await keyIn(values.key);
  const report = await verified(file, verifierKey);
  if (values.json) process.stdout.write(`${JSON.stringify({ file, ok: isSound(report), ...report })}\n`);
  else process.stdout.write(told(file, report));
  return isSound(report) ? 0 : 1;
}

const isSound = ({ faults }: ExportReport): boolean => faults.length === 0;

/** @throws CommandFailure for what is no export, with the reason. */
async function verified(file: string, verifierKey: string | undefined): Promise<ExportReport> {
  let bar: ProgressBar | undefined;
  let told = 0;
  try {
    return await verifyExport(file, {
      verifierKey,
      onProgress: (done, total) => {
        bar ??= new ProgressBar({ unit: 'events', total });
        bar.advance(done - told);
        told = done;
      },
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure(`${file} cannot be verified: ${why}`, { cause });
  } finally {
    bar?.finish();
  }
}

/** A file that holds the key, or the key itself. */
async function keyIn(given: string): Promise<string> {
  try {
    return (await readFile(given, 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return given;
    throw error;
  }
}

function told(file: string, report: ExportReport): string {
  const { faults, events, treeSize, checkpointsHeld, keyName, isKeyItsOwn } = report;
  const warning = isKeyItsOwn ? 'The key came with the export: give --key to know who made it.\n' : '';
  if (faults.length > 0) {
    const lines = faults.map(
      ({ position, what }) => `  ${position === undefined ? '' : `position ${position}: `}${what}`,
    );
    return `${file} is NOT what was signed by ${keyName}:\n${lines.join('\n')}\n${warning}`;
  }
  return (
    `${file} is what was signed by ${keyName}.\n` +
    `  ${events} events lead to the signed root of ${treeSize}; ` +
    `${checkpointsHeld} checkpoints among them agree.\n${warning}`
  );
}
