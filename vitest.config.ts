import { defineConfig } from 'vitest/config';

/** Workspaces are tested from their sources: their `exports` carry this condition beside the built files. */
const sourceCondition = '@verbatim/source';

export default defineConfig({
  resolve: { conditions: [sourceCondition] },
  ssr: { resolve: { conditions: [sourceCondition, 'node'], externalConditions: ['node'] } },
  test: {
    include: ['*/src/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
});
