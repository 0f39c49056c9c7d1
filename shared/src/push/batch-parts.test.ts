import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchParts } from './batch-parts.ts';
import { pushBatchSchema, type PushItem } from './push.ts';

const directory = fc.record({
  kind: fc.constant('directory' as const),
  organizationId: fc.string({ unit: 'binary', maxLength: 40 }),
  version: fc.nat(),
});

test('the parts together are the batch, each within the bound or a single item', () => {
  fc.assert(
    fc.property(fc.array(directory), fc.integer({ min: 1, max: 400 }), (items: PushItem[], partBytes) => {
      const parts = [...batchParts({ position: '42', items }, partBytes)];
      const batches = parts.map((json) => pushBatchSchema.parse(JSON.parse(json)));
      expect(batches.flatMap((batch) => batch.items)).toEqual(items);
      for (const [index, batch] of batches.entries()) {
        expect(batch.position).toBe('42');
        const envelopeBytes = 40 + batch.items.length;
        if (batch.items.length > 1)
          expect(Buffer.byteLength(parts[index] ?? '')).toBeLessThanOrEqual(partBytes + envelopeBytes);
      }
    }),
  );
});
