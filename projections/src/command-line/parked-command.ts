import { parseArgs } from 'node:util';
import { encodeEvent, newId, Sealer, streamOf, type DomainEvent, type Database } from '@verbatim/shared';
import { z } from 'zod';
import { readModels } from '../projections.ts';
import { RebuildFault } from '../rebuild/build.ts';
import { openInstance, type Instance } from './instance.ts';

export const parkedHelp = `Usage: npm run projections -- status | retry READ-MODEL PARTITION | skip READ-MODEL PARTITION

  status   which read models are behind, and which rooms or organizations wait in them, at which event, why
  retry    tries the event again that a partition waits at, and goes on with the rest
  skip     leaves that event out, for good and in every rebuild, and goes on with the rest
  --json   status for programs
  --help
`;

/** @returns the exit code: for status 1 when something is parked, missing or of another version. */
export async function parkedCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  const [verb, readModel, partition, ...rest] = positionals;
  if (values.help) {
    process.stdout.write(parkedHelp);
    return 0;
  }
  const instance = await openInstance(process.env);
  try {
    if (verb === 'status' && readModel === undefined) return await tellStatus(instance, values.json);
    if ((verb === 'retry' || verb === 'skip') && readModel && partition && rest.length === 0) {
      await decide(instance, verb, readModel, partition);
      return 0;
    }
    throw new RebuildFault(`Not understood.\n\n${parkedHelp}`);
  } finally {
    await instance.close();
  }
}

const parkedSchema = z.object({
  partition: z.string(),
  organizationId: z.string().nullable(),
  position: z.string(),
  eventType: z.string(),
  stream: z.string(),
  revision: z.string(),
  cause: z.string(),
});
type Parked = z.infer<typeof parkedSchema>;

interface State {
  /** Null where there are no tables: it was never built, or they were taken away. */
  readonly position: string | null;
  /** Of the tables; another than the read model's is built anew. */
  readonly version: number | null;
  readonly parked: readonly Parked[];
}

async function stateIn(database: Database, readModel: string): Promise<State> {
  const { rows } = await database.raw<{ rows: unknown[] }>('SELECT to_regclass(?) IS NOT NULL AS found', [
    `${readModel}.checkpoint`,
  ]);
  if (!z.object({ found: z.boolean() }).parse(rows[0]).found)
    return { position: null, version: null, parked: [] };
  const { rows: checkpoints } = await database.raw<{ rows: unknown[] }>(
    'SELECT position::text, version FROM ??.checkpoint',
    [readModel],
  );
  const checkpoint = z.object({ position: z.string(), version: z.number() }).parse(checkpoints[0]);
  return { ...checkpoint, parked: await parkedIn(database, readModel) };
}

async function parkedIn(database: Database, readModel: string): Promise<Parked[]> {
  const { rows } = await database.raw<{ rows: unknown[] }>(
    `SELECT partition, organization_id AS "organizationId", position::text, event_type AS "eventType", stream,
       revision::text, cause
     FROM ??.parked ORDER BY position`,
    [readModel],
  );
  return z.array(parkedSchema).parse(rows);
}

async function tellStatus({ database, eventStore }: Instance, isJson: boolean): Promise<number> {
  const head = (await eventStore.head()) ?? 0n;
  const states = await Promise.all(
    readModels.map(async ({ name, version }) => ({
      readModel: name,
      head: head.toString(),
      wantedVersion: version,
      ...(await stateIn(database, name)),
    })),
  );
  if (isJson) process.stdout.write(`${JSON.stringify(states)}\n`);
  else for (const state of states) tellState(state);
  return states.every(
    ({ version, wantedVersion, parked }) => version === wantedVersion && parked.length === 0,
  )
    ? 0
    : 1;
}

function tellState(
  state: State & { readonly readModel: string; readonly head: string; readonly wantedVersion: number },
): void {
  if (state.position === null) {
    process.stdout.write(`${state.readModel}: has no tables; whoever projects makes them\n`);
    return;
  }
  const waiting = state.parked.length === 0 ? '' : `, ${state.parked.length} parked`;
  process.stdout.write(`${state.readModel}: at ${state.position}, the log at ${state.head}${waiting}\n`);
  if (state.version !== state.wantedVersion)
    process.stdout.write(
      `  its tables are of version ${state.version}, not ${state.wantedVersion}: npm run rebuild-projections -- ${state.readModel}\n`,
    );
  for (const { partition, position, eventType, stream, revision, cause } of state.parked)
    process.stdout.write(
      `  ${partition} waits at ${position} (${eventType}, ${stream}@${revision}): ${cause}\n`,
    );
}

/** Where decisions about events of no known organization are kept. */
const noOrganization = '00000000-0000-0000-0000-000000000000';

/** A decision is an event, so that a rebuild takes it too; whoever projects sees it and acts. */
async function decide(
  { database, eventStore, keyring }: Instance,
  verb: 'retry' | 'skip',
  readModel: string,
  partition: string,
): Promise<void> {
  if (!readModels.some(({ name }) => name === readModel))
    throw new RebuildFault(`There is no read model ${readModel}.`);
  const parked = (await stateIn(database, readModel)).parked.find((each) => each.partition === partition);
  if (parked === undefined) throw new RebuildFault(`${partition} is not parked in ${readModel}.`);
  const { position, cause } = parked;
  const organizationId = parked.organizationId ?? noOrganization;
  const event: DomainEvent =
    verb === 'skip'
      ? { type: 'ProjectionSkipped', data: { readModel, partition, position, cause } }
      : { type: 'ProjectionRetried', data: { readModel, partition, position } };
  const commandId = newId();
  const ids = {
    organizationId,
    actorId: organizationId,
    commandId,
    correlationId: commandId,
    causationId: commandId,
  };
  const metadata = { ...ids, occurredAt: new Date().toISOString(), sessionId: null };
  const encoded = encodeEvent(event, newId(), metadata, new Sealer(keyring));
  const result = await eventStore.append(streamOf.audit(organizationId), [encoded], {
    expectedRevision: 'any',
  });
  if (result.status !== 'appended')
    throw new RebuildFault('It is not known whether the decision was stored; run it again.');
  process.stdout.write(
    `It is decided that ${partition} ${verb === 'skip' ? 'leaves out' : 'tries again'} the event at position ${position}. ` +
      `Whoever projects ${readModel} acts on it; npm run projections -- status tells how it went.\n`,
  );
}
