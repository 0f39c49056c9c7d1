import { z } from 'zod';

/** What an export says about itself. */
export const manifestSchema = z.object({
  format: z.string(),
  organization: z.object({ id: z.string(), name: z.string() }),
  positions: z.object({ from: z.string(), to: z.string() }).nullable(),
  counts: z.object({
    events: z.int().min(0),
    rooms: z.record(z.string(), z.int().min(0)),
    types: z.record(z.string(), z.int().min(0)),
  }),
  files: z.array(z.object({ name: z.string(), bytes: z.int().min(0), sha256: z.string() })),
  /** A signed note over the tree up to the last event of the export. */
  checkpoint: z.string(),
  verifierKey: z.string(),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** A line of `proofs.jsonl`: the root of the 2^level leaves from `index · 2^level` on, none of which is exported. */
export const proofLineSchema = z.object({
  level: z.int().min(0).max(52),
  index: z.int().min(0),
  hash: z.base64().length(44),
});
