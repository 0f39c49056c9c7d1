import { z } from 'zod';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

const port = z.number().int().min(0).max(65_535);
const file = z.string().min(1);

const schema = z.strictObject({
  /** Where the data lives; made if it is missing. */
  directory: z.string().min(1),
  /** The address to listen on. */
  host: z.string().min(1).default('127.0.0.1'),
  /** The port; 0 lets the system pick one. */
  port: port.default(2113),
  /** No TLS and no sign-in: for one's own machine alone. */
  insecure: z.boolean().default(false),
  /** Certificate files of one's own. Without them the store makes an authority and a certificate. */
  tls: z.strictObject({ certificateFile: file, privateKeyFile: file, authorityFile: file }).optional(),
  /** Names and addresses, beside `host` and the loopback's, for which the store's own certificate is made. */
  hostNames: z.array(z.string().min(1)).default([]),
  /** What `admin` signs in with, set at the first secure start. */
  adminPassword: z.string().min(1).optional(),
  /** What `ops` signs in with, set at the first secure start. */
  opsPassword: z.string().min(1).optional(),
  /** Bytes of event data that one append may carry. */
  maxAppendBytes: z
    .number()
    .int()
    .positive()
    .max(16 * 1024 * 1024, 'clients receive no more than 16 MiB')
    .default(1024 * 1024),
  /** How long an append may wait for its turn, in ms. */
  writeTimeoutMs: z.number().int().positive().default(10_000),
});

export type EventStoreOptions = z.input<typeof schema>;
export type CheckedOptions = z.output<typeof schema>;

/** Fills in defaults; throws an error that names what is wrong. */
export function checkOptions(options: EventStoreOptions): CheckedOptions {
  const result = schema.safeParse(options);
  if (!result.success) throw new Error(`Wrong options: ${z.prettifyError(result.error)}`);
  const { insecure, host } = result.data;
  if (insecure && !isLoopback(host)) {
    throw new Error(
      `Without TLS anybody who reaches the port may do everything, so an insecure store listens on ${LOOPBACK.join(', ')} only, not on "${host}"`,
    );
  }
  return result.data;
}

export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host);
}
