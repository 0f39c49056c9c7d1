import { open, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { UsageError } from '../command.ts';
import { ProgressBar } from '../terminal/progress-bar.ts';
import { counted } from '../terminal/counted.ts';
import { visible } from '../terminal/table.ts';
import { verifyExport, type ExportReport } from '../verify/verify-export.ts';
import { verifyTrail, type TrailReport } from '../verify/verify-trail.ts';
import { printJson, type Action } from './action.ts';
import { verifyInstance } from './verify-instance.ts';
import { faultLines, type VerifyReport } from './verify-report.ts';

export const verifyAction: Action = {
  name: 'verify',
  usage: '[FILE] [--key KEY]',
  summary: 'prove that nothing was changed',
  help: `With FILE, off line: an export is checked against the signed checkpoint in it: that the file is to the byte what was
signed, that every event hashes to its leaf and all leaves to the signed root, and that the words shown are those that
were sealed. The trail of a message (audit trail MESSAGE --json) likewise, and that no event of the message is left
out between those shown, in all its pages; what came after the last, a trail cannot tell. It needs nothing but FILE
and the public key, and trusts no server.

Without FILE: the stores of the instance on VERBATIM_DATA_DIR (or EVENTSTORE_URL and DATABASE_URL). The log is read
from its beginning, and every row and node of the record, and every checkpoint published in it or kept in
CHECKPOINT_ANCHOR_DIR (or --anchors DIR, or the data directory's own), is held against it. A checkpoint that was
changed is a fault; those of other keys are counted. Keep anchors where the instance cannot write: without them nobody
sees that the end of the log was cut off.

  --key KEY    the instance's verifier key, <name>+<hash>+<base64>, or a file that holds it; from GET /audit/key.
               Without it the key in FILE, or of the data directory, is used: that proves that the file, or the
               stores, are whole, and not who signed
  --anchors    the folder whose checkpoints/ has the anchored notes; it has to have some of this key
  --json       one JSON object for programs: "ok", and "faults" or, when it cannot be verified, "error"

Exit code 0 when all is as it was signed; 1 when anything is not: the first wrong event is named by its position; 2 when
it cannot be verified: there is no such file or instance, or it is no export, trail or key.
`,
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        key: { type: 'string' },
        anchors: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const [file] = positionals;
    if (positionals.length > 1) throw new UsageError('Name one FILE to verify.');
    if (file !== undefined && values.anchors !== undefined)
      throw new UsageError('Anchors are held against the stores of an instance, not against a FILE.');
    let report: VerifyReport;
    try {
      const verifierKey = values.key === undefined ? undefined : await keyIn(values.key);
      report =
        file === undefined
          ? await verifyInstance({ verifierKey, anchorDirectory: values.anchors })
          : await verifyFile(file, verifierKey);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (values.json) printJson({ file, ok: false, error: why });
      process.stderr.write(`${file ?? 'The instance'} cannot be verified: ${why}\n`);
      return exitCodes.unverified;
    }
    const { json, text, faults } = report;
    const ok = faults.length === 0;
    if (values.json) printJson({ file, ok, ...json });
    else process.stdout.write(text);
    return ok ? exitCodes.sound : exitCodes.changed;
  },
};

/** A script has to tell what was changed from what it named wrongly. */
const exitCodes = { sound: 0, changed: 1, unverified: 2 } as const;

/** @throws Error for what is neither export nor trail, with the reason. */
async function verifyFile(file: string, verifierKey: string | undefined): Promise<VerifyReport> {
  let bar: ProgressBar | undefined;
  let told = 0;
  const onProgress = (done: number, total: number): void => {
    bar ??= new ProgressBar({ unit: 'events', total });
    bar.advance(done - told);
    told = done;
  };
  try {
    if (!(await isZip(file)))
      return trailReport(file, verifyTrail(await readFile(file, 'utf8'), verifierKey));
    return exportReport(file, await verifyExport(file, { verifierKey, onProgress }));
  } finally {
    bar?.finish();
  }
}

function exportReport(file: string, report: ExportReport): VerifyReport {
  const { faults, events, treeSize, checkpointsHeld, keyName } = report;
  const text =
    `${file} is what was signed by ${visible(keyName)}.\n` +
    `  ${counted(events, 'event')} lead to the signed root of ${treeSize}; ` +
    `${counted(checkpointsHeld, 'checkpoint')} among them agree.\n`;
  return { faults, json: report, text: textOf(file, report, text) };
}

function trailReport(file: string, report: TrailReport): VerifyReport {
  const { faults, stream, events, wordsGone, treeSize, keyName } = report;
  const gone =
    wordsGone === 0
      ? ''
      : `  The words of ${counted(wordsGone, 'event')} are told to be erased or expired, which a trail cannot prove.\n`;
  const text =
    `${file} is a trail of ${visible(stream)} as it was signed by ${visible(keyName)}.\n` +
    `  ${counted(events, 'event')}, from the first on and none left out between, lead to the signed root of ${treeSize}.\n` +
    '  The words shown are those that were sealed, and the message before and after each event follows from them.\n' +
    gone +
    '  Only told are names, addresses, what an event is called, and its position in the log. Whether something more\n' +
    '  happened to the message cannot be seen in a trail alone: its end may have been cut off.\n';
  return { faults, json: report, text: textOf(file, report, text) };
}

const textOf = (file: string, { faults, keyName, isKeyItsOwn }: TrailReport | ExportReport, sound: string) =>
  (faults.length > 0
    ? `${file} is NOT what was signed by ${visible(keyName)}:\n${faultLines(faults)}`
    : sound) + (isKeyItsOwn ? 'The key came with the file: give --key to know who made it.\n' : '');

/** Anything that does not begin as JSON does is taken for an export, so that a damaged one is told of as such. */
async function isZip(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, 0);
    return bytesRead === 0 || buffer.toString() !== '{';
  } finally {
    await handle.close();
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
