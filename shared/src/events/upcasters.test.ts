import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Sealer } from '../sealing/content.ts';
import { FixtureKeyring } from '../sealing/keyring-fixture.ts';
import { eventCatalogue, eventNames } from './catalogue.ts';
import { decodeEvent } from './codec.ts';
import { upcasters } from './upcasters.ts';

/**
 * Events as older versions stored them, one file for each shape that is no more: `TYPE.SCHEMA.json`. They are never
 * edited, since such events are in logs: the hash tells whoever tries.
 */
const samples = {
  'LoginFailed.1.json': {
    sha256: '35b0cdeb4a9cb422ff9135f57a8cdf10f8b013b3772a073042ffb37fcf764d32',
    lifted: { userId: '0198a000-0000-7000-8000-000000000002', count: 3, firstAt: null },
  },
};

const directory = new URL('./stored-samples/', import.meta.url);
const sampleSchema = z.object({
  stream: z.string(),
  type: z.string(),
  id: z.string(),
  data: z.unknown(),
  metadata: z.unknown(),
});

describe('a stored sample', () => {
  test.each(Object.entries(samples))('%s is as it was stored, and reads as of today', (file, sample) => {
    const bytes = readFileSync(new URL(file, directory));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sample.sha256);
    const stored = sampleSchema.parse(JSON.parse(bytes.toString('utf8')));
    const place = { revision: 0n, position: 7n, created: new Date(0) };
    const { data } = decodeEvent({ ...stored, ...place }, new Sealer(new FixtureKeyring()));
    expect(data).toEqual(sample.lifted);
  });

  test('is there for every shape that was ever stored, and a step from each to the next', () => {
    const olderShapes = eventNames.flatMap((name) =>
      Array.from({ length: eventCatalogue[name].schema - 1 }, (_, index) => `${name}.${index + 1}.json`),
    );
    expect(readdirSync(directory).sort()).toEqual(olderShapes.sort());
    expect(Object.keys(samples).sort()).toEqual(olderShapes.sort());
    for (const name of eventNames) expect(upcasters[name]?.length ?? 0).toBe(eventCatalogue[name].schema - 1);
  });
});
