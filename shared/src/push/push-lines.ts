import { z } from 'zod';
import { peerMessageSchema } from './peer-message.ts';
import { pushBatchSchema } from './push.ts';

/** The direct channel: one JSON object on a line. The relay speaks first, with the secret. */
export const helloLineSchema = z.object({
  kind: z.literal('hello'),
  protocol: z.literal('verbatim.push.v1'),
  secret: z.string(),
});

const peerLine = z.object({ kind: z.literal('peer'), message: peerMessageSchema });
export const relayLineSchema = z.discriminatedUnion('kind', [peerLine]);

export const publisherLineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('welcome') }),
  /** Sent while there is nothing to say, so that silence means a dead or stopped publisher. */
  z.object({ kind: z.literal('alive') }),
  z.object({ kind: z.literal('batch'), batch: pushBatchSchema }),
  peerLine,
]);

export type HelloLine = z.infer<typeof helloLineSchema>;
export type RelayLine = z.infer<typeof relayLineSchema>;
export type PublisherLine = z.infer<typeof publisherLineSchema>;

export const pushLimits = {
  /** Longer lines are no lines of ours. A batch is split well below this. */
  lineBytes: 8 * 1024 * 1024,
  helloBytes: 4_096,
  /** Batches are sent in parts of about this size, so that one fits NATS' default of 1 MiB. */
  batchPartBytes: 512 * 1024,
  /** A relay that is this far behind in reading is cut; it comes back and looks in Postgres. */
  unreadBytes: 16 * 1024 * 1024,
  relays: 64,
  handshakeMs: 5_000,
  aliveEveryMs: 2_000,
  silenceMs: 10_000,
} as const;

export const encodeLine = (line: HelloLine | RelayLine | PublisherLine): string =>
  `${JSON.stringify(line)}\n`;
