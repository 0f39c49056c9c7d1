import { z } from 'zod';
import { startEventStore } from '../server.ts';
import { UsageError, type Command, type Given } from './command.ts';

const number = z.coerce.number().int();

/** What the command line may say, in its own names. */
const givenSchema = z
  .object({
    data: z.string({ error: '--data DIR is missing' }),
    host: z.string(),
    port: number,
    insecure: z.boolean(),
    'tls-certificate': z.string(),
    'tls-key': z.string(),
    'tls-ca': z.string(),
    'host-name': z.string().transform((names) => names.split(',')),
    'max-append-bytes': number,
    'write-timeout-ms': number,
  })
  .partial()
  .required({ data: true });

const environmentSchema = z
  .object({ EVENT_STORE_ADMIN_PASSWORD: z.string().min(1), EVENT_STORE_OPS_PASSWORD: z.string().min(1) })
  .partial();

export const serve: Command = {
  name: 'serve',
  synopsis: '--data DIR',
  summary: 'run the server (this is what happens without a command)',
  help: `Serves the store in DIR, which is made if it is missing, until SIGTERM or SIGINT. Prints one line when clients can
connect. Ends with 1 when the disk fails.

  --data DIR              where the data lives
  --host ADDRESS          listen here (127.0.0.1)
  --port N                listen on this port (2113); 0 lets the system pick one
  --insecure              no TLS and no sign-in; on the loopback only
  --host-name A,B         names and addresses for which the store's own certificate is made
  --tls-certificate FILE  a certificate of your own, with --tls-key FILE and --tls-ca FILE
  --max-append-bytes N    bytes of event data in one append (1048576)
  --write-timeout-ms N    how long an append may wait for its turn (10000)

At the first secure start the users "admin" and "ops" get the passwords in the environment variables
EVENT_STORE_ADMIN_PASSWORD and EVENT_STORE_OPS_PASSWORD, or EventStoreDB's "changeit".`,
  options: {
    data: { type: 'string' },
    host: { type: 'string' },
    port: { type: 'string' },
    insecure: { type: 'boolean' },
    'host-name': { type: 'string' },
    'tls-certificate': { type: 'string' },
    'tls-key': { type: 'string' },
    'tls-ca': { type: 'string' },
    'max-append-bytes': { type: 'string' },
    'write-timeout-ms': { type: 'string' },
  },
  positionals: { least: 0, most: 0 },
  run: async (given) => {
    const server = await startEventStore(optionsOf(given));
    process.stdout.write(`verbatim-event-store is ready on ${server.connectionString}\n`);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void server.stop());
    return (await server.closed) === undefined ? 0 : 1;
  },
};

function optionsOf({ values }: Given): Parameters<typeof startEventStore>[0] {
  const parsed = givenSchema.safeParse(values);
  if (!parsed.success) throw new UsageError(z.prettifyError(parsed.error));
  const given = parsed.data;
  const environment = environmentSchema.parse(process.env);
  return {
    directory: given.data,
    host: given.host,
    port: given.port,
    insecure: given.insecure,
    tls: tlsOf(given['tls-certificate'], given['tls-key'], given['tls-ca']),
    hostNames: given['host-name'],
    maxAppendBytes: given['max-append-bytes'],
    writeTimeoutMs: given['write-timeout-ms'],
    adminPassword: environment.EVENT_STORE_ADMIN_PASSWORD,
    opsPassword: environment.EVENT_STORE_OPS_PASSWORD,
  };
}

function tlsOf(certificateFile?: string, privateKeyFile?: string, authorityFile?: string) {
  if (certificateFile === undefined && privateKeyFile === undefined && authorityFile === undefined)
    return undefined;
  if (certificateFile === undefined || privateKeyFile === undefined || authorityFile === undefined) {
    throw new UsageError('--tls-certificate, --tls-key and --tls-ca go together');
  }
  return { certificateFile, privateKeyFile, authorityFile };
}
