import { signNote, type CheckpointKey, type Keyring, type SqlSource } from '@verbatim/shared';
import type { TreeSigner } from '../checkpoints/tree-signer.ts';
import { openRows } from '../entries/open-entries.ts';
import { recordColumns, recordRows } from '../entries/record-row.ts';
import { detailsThen } from '../past/room-then.ts';
import { actianceConversation, actianceFoot, actianceHead } from './actiance.ts';
import { csvHeader, csvRows } from './csv.ts';
import { eventLines, proofLines, type ExportCounts } from './evidence.ts';
import { daysIn, roomsIn, scopeOf, type ExportScope } from './export-scope.ts';
import type { ExportRequest } from './export-request.ts';
import { mailOf } from './mail.ts';
import { manifestOf } from './manifest.ts';
import { ExportedPeople } from './people.ts';
import { readRoomDay } from './read-room-day.ts';
import { readTranscript, type TranscriptSource } from './read-transcript.ts';
import type { ExportedRoom, MessageLine, PresenceLine } from './transcript.ts';
import { ZipWriter, type ByteSink, type ZippedFile } from './zip-writer.ts';

export interface ExportWriting {
  readonly source: SqlSource;
  readonly freshKeyring: () => Keyring;
  readonly key: CheckpointKey;
  readonly signer: TreeSigner;
  readonly onProgress: (done: number, total: number) => void;
}

/** The first line of the note in the zip's comment; the second is the SHA-256 of every byte before it. */
const noteTitle = 'verbatim export v1';
const sha256Base64Chars = 44;

/** Writes an export as it is asked for: the evidence, the asked format over it, the manifest, and a signature over all. */
export async function writeExport(
  { source, freshKeyring, key, signer, onProgress }: ExportWriting,
  request: ExportRequest,
  sink: ByteSink,
): Promise<void> {
  const scope = await scopeOf(source, request);
  const { organizationId, endLeaf } = scope;
  const checkpoint = await signer.mustSign(source, organizationId, Number(endLeaf));
  const people = new ExportedPeople(source, freshKeyring, { organizationId, endLeaf });
  const counts: ExportCounts = { events: 0, rooms: new Map(), types: new Map(), content: new Map() };
  const zip = new ZipWriter(sink);
  const progress = (done: number): void => onProgress(done, scope.events);
  const files: ZippedFile[] = [
    await zip.add('events.jsonl', eventLines(source, scope, freshKeyring, people, counts, progress)),
    await zip.add('proofs.jsonl', proofLines(source, scope)),
  ];
  const transcript = { source, freshKeyring, people, scope };
  const organizationName = await nameOfOrganization(source, freshKeyring(), scope);
  const team = { id: organizationId, name: organizationName };
  if (request.format === 'csv') files.push(await zip.add('messages.csv', csvFile(transcript, team)));
  if (request.format === 'actiance') files.push(await zip.add('actiance.xml', actianceFile(transcript)));
  if (request.format === 'eml') files.push(...(await addMails(zip, transcript)));
  const personOf = await people.among([request.requestedBy]);
  const manifest = manifestOf({
    request,
    scope,
    organizationName,
    requestedBy: personOf(request.requestedBy),
    counts,
    files,
    checkpoint,
    key,
  });
  await zip.add('manifest.json', once(manifest));
  const signed = (sha256: string): Buffer => Buffer.from(signNote(`${noteTitle}\n${sha256}\n`, key));
  const noteBytes = signed('A'.repeat(sha256Base64Chars)).length;
  await zip.finish(noteBytes, (sha256) => signed(sha256.toString('base64')));
}

async function* once(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}

async function* csvFile(
  from: TranscriptSource,
  team: { readonly id: string; readonly name: string },
): AsyncGenerator<string> {
  yield csvHeader();
  for await (const room of roomsOf(from)) yield* csvRows(team, room, readTranscript(from, room.id));
}

async function* actianceFile(from: TranscriptSource): AsyncGenerator<string> {
  yield actianceHead;
  for await (const room of roomsOf(from)) {
    const { presence, startMs, endMs } = await presenceOf(from, room.id);
    yield* actianceConversation({ room, startMs, endMs, presence, messages: messagesOf(from, room.id) });
  }
  yield actianceFoot;
}

async function addMails(zip: ZipWriter, from: TranscriptSource): Promise<ZippedFile[]> {
  const files: ZippedFile[] = [];
  for await (const room of roomsOf(from)) {
    const { presence } = await presenceOf(from, room.id);
    const byDay = new Map<string, PresenceLine[]>();
    for (const line of presence) {
      const day = new Date(line.atMs).toISOString().slice(0, 10);
      const ofDay = byDay.get(day);
      if (ofDay === undefined) byDay.set(day, [line]);
      else ofDay.push(line);
    }
    const days = new Set([...(await daysIn(from.source, from.scope, room.id)), ...byDay.keys()]);
    for (const day of [...days].sort()) {
      const roomDay = await readRoomDay(from, room, day, byDay.get(day) ?? []);
      files.push(await zip.add(`mail/${room.id}/${day}.eml`, mailOf(roomDay)));
    }
  }
  return files;
}

/** The rooms of an export with their details as they were at its end. */
async function* roomsOf({ source, freshKeyring, scope }: TranscriptSource): AsyncGenerator<ExportedRoom> {
  const { organizationId, endLeaf } = scope;
  for (const roomId of await roomsIn(source, scope)) {
    const details = await detailsThen(source, freshKeyring(), { organizationId, roomId, endLeaf });
    if (details === undefined) continue;
    const { id, kind, visibility, name } = details;
    yield { id, kind, visibility, name };
  }
}

async function* messagesOf(from: TranscriptSource, roomId: string): AsyncGenerator<MessageLine> {
  for await (const line of readTranscript(from, roomId)) if (line.kind === 'message') yield line;
}

/** Comings and goings, and the times of the first and the last line. */
async function presenceOf(
  from: TranscriptSource,
  roomId: string,
): Promise<{ readonly presence: PresenceLine[]; readonly startMs: number; readonly endMs: number }> {
  const presence: PresenceLine[] = [];
  let [startMs, endMs] = [Infinity, 0];
  for await (const line of readTranscript(from, roomId)) {
    startMs = Math.min(startMs, line.atMs);
    endMs = Math.max(endMs, line.atMs);
    if (line.kind === 'presence') presence.push(line);
  }
  return { presence, startMs: Math.min(startMs, endMs), endMs };
}

async function nameOfOrganization(
  source: SqlSource,
  keyring: Keyring,
  { organizationId, endLeaf }: ExportScope,
): Promise<string> {
  const rows = await recordRows(
    source,
    `SELECT ${recordColumns} FROM record.event AS e
     WHERE e.organization_id = $1 AND e.type = 'OrganizationCreated' AND e.leaf_index < $2
     ORDER BY e.leaf_index LIMIT 1`,
    [organizationId, endLeaf],
  );
  const [created] = await openRows(rows, keyring);
  return created?.event?.type === 'OrganizationCreated' ? created.event.data.name : '';
}
