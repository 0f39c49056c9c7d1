import { expect, test } from 'vitest';
import { eventNames, streamPrefixes, eventCatalogue } from './catalogue.ts';

test('every event belongs to a category that has a stream', () => {
  for (const name of eventNames) expect(streamPrefixes).toContain(`${eventCatalogue[name].category}-`);
});
