import { consistencyProofView, inclusionProofView, Problem, type SqlSource } from '@verbatim/shared';
import { z } from 'zod';
import { auditedRoute, type Answered } from '../access/audited-route.ts';
import { momentOf } from '../past/moment.ts';
import { proveConsistency, proveInclusion } from './prove.ts';
import { treeSizeOf } from './read-hashes.ts';

const size = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a tree size')
  .transform(Number);
const position = z.string().regex(/^\d{1,19}$/, 'must be a decimal position');
const noParameters = z.strictObject({});

export const proofRoutes = [
  auditedRoute({
    name: 'ShowCheckpoint',
    path: '/audit/checkpoint',
    summary: 'A signed note over the tree as projected now, or at an earlier size (text/plain).',
    access: 'checkpoint',
    parameters: noParameters,
    query: z.object({ size: size.optional() }),
    ask: async ({ caller: { organizationId }, query, services }) => {
      const { record } = services.sources;
      const treeSize = await sizeWithin(record, organizationId, query.size, 'size');
      return plainText(await services.signer.mustSign(record, organizationId, treeSize));
    },
  }),
  auditedRoute({
    name: 'ShowVerifierKey',
    path: '/audit/key',
    summary: 'The key that checkpoints and exports are verified with (text/plain).',
    access: 'key',
    parameters: noParameters,
    query: z.object({}),
    ask: ({ services }) => Promise.resolve(plainText(`${services.signer.verifierKey}\n`)),
  }),
  auditedRoute({
    name: 'ProveInclusion',
    path: '/audit/proofs/inclusion',
    summary: 'That the event at a position is in the tree of a size (RFC 6962, 2.1.1).',
    access: 'proof-inclusion',
    parameters: noParameters,
    query: z.object({ position, size: size.optional() }),
    answer: inclusionProofView,
    ask: async ({ caller: { organizationId }, query, services }) => {
      const { record } = services.sources;
      const treeSize = await sizeWithin(record, organizationId, query.size, 'size');
      const leafIndex = await leafAt(record, organizationId, query.position);
      if (leafIndex >= treeSize) throw badField('size', `must be at least ${leafIndex + 1}`);
      const [body] = await proveInclusion(record, organizationId, [leafIndex], treeSize);
      return { body, results: 1 };
    },
  }),
  auditedRoute({
    name: 'ProveConsistency',
    path: '/audit/proofs/consistency',
    summary: 'That the tree of one size begins with the tree of an earlier one (RFC 6962, 2.1.2).',
    access: 'proof-consistency',
    parameters: noParameters,
    query: z.object({ from: size, to: size.optional() }),
    answer: consistencyProofView,
    ask: async ({ caller: { organizationId }, query, services }) => {
      const { record } = services.sources;
      const to = await sizeWithin(record, organizationId, query.to, 'to');
      if (query.from > to) throw badField('from', `must be at most ${to}`);
      return { body: await proveConsistency(record, organizationId, query.from, to), results: 1 };
    },
  }),
];

async function* once(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}

const plainText = (text: string): Answered => ({
  stream: () => once(text),
  headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  results: 1,
  range: null,
});

/** @throws Problem `invalid` for a size that the tree does not have yet. */
async function sizeWithin(
  source: SqlSource,
  organizationId: string,
  asked: number | undefined,
  path: string,
): Promise<number> {
  const newest = await treeSizeOf(source, organizationId);
  if (asked !== undefined && asked > newest) throw badField(path, `must be at most ${newest}`);
  return asked ?? newest;
}

/** @throws Problem `not-found` when no event of the organization stands at the position. */
async function leafAt(source: SqlSource, organizationId: string, asked: string): Promise<number> {
  const moment = await momentOf(source, organizationId, { position: asked });
  if (moment.endLeaf === 0n || moment.position !== BigInt(asked)) throw new Problem('not-found');
  return Number(moment.endLeaf) - 1;
}

const badField = (path: string, message: string): Problem =>
  new Problem('invalid', { errors: [{ path, message }] });
