import { createHash } from 'node:crypto';
import { access, open, rename, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { commandAnswer, exportView, type ExportView } from '@verbatim/shared';
import type { ApiClient } from '../api/api-client.ts';
import { CommandFailure, UsageError } from '../command.ts';
import { ProgressBar } from '../terminal/progress-bar.ts';
import { openClient, askingFlags, printJson, type Action } from './action.ts';
import { needReason } from './reason.ts';

const pollEveryMs = 500;

const exportHelp = `Asks for an export, waits until it is made, and saves it as FILE, a zip that proves itself (audit verify FILE).

  --format F       jsonl (every event), csv, actiance (XML) or eml (mails); default jsonl
  --room, --actor  only what happened in this room, was done or said by this person
  --from, --to     only what was stamped from, up to (ISO 8601)
  --reason TEXT    why; asked for when not given
  --id ID          fetch an export that was asked for before, instead of asking for a new one
  --json           one JSON object about it at the end
`;

export const exportAction: Action = {
  name: 'export',
  usage: 'FILE [--format F] [filters]',
  summary: 'save a part of the record with its proofs',
  help: exportHelp,
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...askingFlags,
        format: { type: 'string', default: 'jsonl' },
        room: { type: 'string' },
        actor: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        id: { type: 'string' },
      },
    });
    const [file] = positionals;
    if (file === undefined || positionals.length > 1)
      throw new UsageError('Name one FILE to save the export as.');
    await refuseExisting(file);
    const reason = values.id === undefined ? await needReason(values.reason) : '';
    const client = await openClient(values);
    const { format, room: roomId, actor: actorId, from, to } = values;
    const body = { format, roomId, actorId, from, to, reason };
    const id = values.id ?? (await client.post('/audit/exports', body, commandAnswer)).id;
    const made = await waitUntilMade(client, id);
    const bytes = await download(client, made, file);
    if (values.json) printJson({ file, id, format: made.format, bytes, sha256: made.sha256 });
    else
      process.stdout.write(
        `${file}: ${bytes} bytes, SHA-256 ${made.sha256}, as it is on the record.\n` +
          `Verify it off line: npm run audit -- verify ${file} --key KEY\n`,
      );
    return 0;
  },
};

async function refuseExisting(file: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw new CommandFailure(`${file} is there already.`);
}

async function waitUntilMade(client: ApiClient, id: string): Promise<ExportView> {
  let bar: ProgressBar | undefined;
  let told = 0;
  try {
    for (;;) {
      const view = await client.get(`/audit/exports/${encodeURIComponent(id)}`, exportView);
      if (view.status === 'completed') return view;
      if (view.status === 'outdated')
        throw new CommandFailure('Something in it was erased since it was made: ask for it again.');
      if (view.status === 'failed') process.stderr.write('Making it failed; it is being tried again.\n');
      const { done, total } = view.progress;
      if (total > 0) {
        bar ??= new ProgressBar({ unit: 'events', total });
        bar.advance(Math.max(0, done - told));
        told = Math.max(told, done);
      }
      await delay(pollEveryMs);
    }
  } finally {
    bar?.finish();
  }
}

/** Under another name until it is whole and as the record says; of what came of any other nothing is left. */
async function download(client: ApiClient, made: ExportView, file: string): Promise<number> {
  const part = `${file}.part`;
  try {
    const { bytes, sha256 } = await receive(client, made, part);
    if (sha256 !== made.sha256)
      throw new CommandFailure('What came is not the export that the record tells of. Please try again.');
    await rename(part, file);
    return bytes;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function receive(
  client: ApiClient,
  made: ExportView,
  part: string,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const sha256 = createHash('sha256');
  let bytes = 0;
  const bar = new ProgressBar({ unit: 'bytes', total: made.bytes ?? 0 });
  const handle = await open(part, 'w', 0o600);
  try {
    const body = await client.stream(`/audit/exports/${encodeURIComponent(made.id)}/download`);
    for await (const piece of untilCutOff(body)) {
      sha256.update(piece);
      bytes += piece.length;
      bar.advance(piece.length);
      await handle.writeFile(piece);
    }
    await handle.sync();
  } finally {
    bar.finish();
    await handle.close();
  }
  return { bytes, sha256: sha256.digest('hex') };
}

async function* untilCutOff(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw new CommandFailure(
      'The download was cut off. Somebody in it may have been erased meanwhile: ask for a new export then.',
      { cause },
    );
  }
}
