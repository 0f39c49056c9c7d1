import {
  subtreesOf,
  type AuditEntryView,
  type Keyring,
  type NodeAddress,
  type SqlSource,
} from '@verbatim/shared';
import { entryView, openRows } from '../entries/open-entries.ts';
import { withStored } from '../entries/with-stored.ts';
import { subtreeHashes } from '../proofs/read-hashes.ts';
import { eventsIn, leavesIn, type ExportScope } from './export-scope.ts';
import type { ExportedPeople } from './people.ts';

/** What was counted while the events of an export were written. */
export interface ExportCounts {
  events: number;
  readonly rooms: Map<string, number>;
  readonly types: Map<string, number>;
  readonly content: Map<string, number>;
}

/** `events.jsonl`: every event of the export in order, opened, and with what is stored, so that it proves itself. */
export async function* eventLines(
  source: SqlSource,
  scope: ExportScope,
  freshKeyring: () => Keyring,
  people: ExportedPeople,
  counts: ExportCounts,
  onProgress: (events: number) => void,
): AsyncGenerator<string> {
  for await (const rows of eventsIn(source, scope)) {
    const keyring = freshKeyring();
    const opened = await openRows(rows, keyring);
    const personOf = await people.among(rows.flatMap(({ actorId }) => actorId ?? []));
    const names = new Map(
      rows.flatMap(({ actorId }) => (actorId === null ? [] : [[actorId, personOf(actorId)] as const])),
    );
    const entries = opened.map((row) => withStored(row, entryView(row, names), keyring));
    for (const entry of entries) countEvent(counts, entry);
    onProgress(counts.events);
    yield entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  }
}

function countEvent(counts: ExportCounts, { type, room, content }: AuditEntryView): void {
  counts.events += 1;
  increment(counts.types, type);
  if (room !== null) increment(counts.rooms, room);
  if (content !== null) increment(counts.content, content);
}

const increment = (counts: Map<string, number>, name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1);
};

const gapsPerStatement = 500;

/**
 * `proofs.jsonl`: the roots of the subtrees that lie between the exported events. With the events themselves they give
 * the root that was signed: one proof for all of them, and it shows how many events were left out.
 */
export async function* proofLines(source: SqlSource, scope: ExportScope): AsyncGenerator<string> {
  let next = 0;
  let subtrees: NodeAddress[] = [];
  const lines = async (): Promise<string> => {
    const lookUp = await subtreeHashes(source, scope.organizationId, subtrees);
    const text = subtrees.map((address) => lineOf(address, lookUp(address))).join('');
    subtrees = [];
    return text;
  };
  for await (const leaves of leavesIn(source, scope))
    for (const leaf of leaves) {
      if (leaf > next) subtrees.push(...subtreesOf({ from: next, to: leaf }));
      next = leaf + 1;
      if (subtrees.length >= gapsPerStatement) yield await lines();
    }
  if (subtrees.length > 0) yield await lines();
}

const lineOf = ({ level, index }: NodeAddress, hash: Uint8Array): string =>
  `${JSON.stringify({ level, index, hash: Buffer.from(hash).toString('base64') })}\n`;
