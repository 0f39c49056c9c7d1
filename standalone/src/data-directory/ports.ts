import path from 'node:path';
import { findFreePort } from '@verbatim/postgres';
import { z } from 'zod';
import { readKeptFile, writeKeptFile } from './kept-file.ts';

const portSchema = z.number().int().min(1).max(65_535);
const portsSchema = z.object({ eventStore: portSchema, projections: portSchema, push: portSchema });

/** Where the parts behind the front listen on loopback. */
export type Ports = z.infer<typeof portsSchema>;

/** The ports of the last start as far as they are still free, so that connection strings somebody noted stay true. */
export async function keepPorts(dataDirectory: string): Promise<Ports> {
  const file = path.join(dataDirectory, 'ports.json');
  const last = parse(await readKeptFile(file));
  const ports = {
    eventStore: await findFreePort(last?.eventStore),
    projections: await findFreePort(last?.projections),
    push: await findFreePort(last?.push),
  };
  await writeKeptFile(file, `${JSON.stringify(ports)}\n`);
  return ports;
}

/** Unlike keys, ports that cannot be read are no loss. */
function parse(text: string | undefined): Ports | undefined {
  if (text === undefined) return undefined;
  try {
    return portsSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
