import { defineConfig } from 'vitest/config';

/** Workspaces are tested from their sources: their `exports` carry this condition beside the built files. */
const sourceCondition = '@verbatim/source';

/** The same laws with many more seeds and rounds; `npm run test:long` asks for them. */
const longTests = process.env.VERBATIM_LONG ? ['*/src/**/*.long.test.ts'] : [];
const generated = ['**/node_modules/**', '**/dist/**'];
/** As long as a machine that is busy with something else may take; who waits for what comes anyway waits no longer. */
const expectations = { poll: { timeout: 30_000 } };

const shared = {
  resolve: { conditions: [sourceCondition] },
  ssr: { resolve: { conditions: [sourceCondition, 'node'], externalConditions: ['node'] } },
};

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['*/src/**/*.test.ts', 'standalone/bin/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: [...generated, '**/*.int.test.ts', '**/*.e2e.test.ts', '**/*.long.test.ts'],
          expect: expectations,
          // Nothing that they share is changed by them, and loading it again for each takes longer than they do.
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'integration',
          include: ['*/src/**/*.int.test.ts', ...longTests],
          exclude: generated,
          globalSetup: ['./testing/src/global-setup.ts'],
          expect: expectations,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'browser',
          include: ['e2e/src/**/*.e2e.test.ts'],
          exclude: generated,
          globalSetup: ['./e2e/src/browser/global-setup.ts'],
          expect: expectations,
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
