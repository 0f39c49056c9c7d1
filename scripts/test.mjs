import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { prepare } from './prepare.mjs';
import { root } from './root.mjs';
import { StepFailure } from './run-step.mjs';
import { summaryVariable } from './test-summary.mjs';
import { ensureTestTools } from './test-tools.mjs';

/**
 * Browser tests come last and by themselves: two browsers and the whole system are enough for the machine's few cores.
 * Anything else on the command line is handed on to vitest, which takes parts of file names.
 */
const runs = [['unit', 'integration'], ['browser']];
const isLong = process.argv.includes('--long');
const filters = process.argv.slice(2).filter((argument) => argument !== '--long');

try {
  await prepare();
} catch (error) {
  if (!(error instanceof StepFailure)) throw error;
  console.error(error.message);
  finish({ passed: 0, failed: 1 });
}
const { missing } = await ensureTestTools(console.log);

const folder = mkdtempSync(path.join(os.tmpdir(), 'verbatim-tests-'));
chmodSync(folder, 0o711); // the embedded Postgres has a user of its own when root tests
const summaries = [];
try {
  for (const projects of runs) summaries.push(await runVitest(projects));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const failures = summaries.flatMap(({ failures }) => failures);
// Once more, where a long output ends: what came before may be cut off.
if (failures.length > 0) console.log(`\nFailed:\n\n${failures.join('\n\n')}\n`);
finish({
  passed: summaries.reduce((total, { passed }) => total + passed, 0),
  failed: failures.length + missing,
});

/** What failed in a run whose temporary files are in `folder`; one that fails without naming anything counts as one. */
async function runVitest(projects) {
  const summary = path.join(folder, `${projects.join('-')}.json`);
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(
    process.execPath,
    [
      vitest,
      'run',
      ...projects.flatMap((name) => ['--project', name]),
      '--passWithNoTests',
      '--reporter=default',
      `--reporter=${path.join(root, 'scripts', 'test-summary.mjs')}`,
      ...filters,
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...environment(), TMPDIR: folder, [summaryVariable]: summary },
    },
  );
  const code = await new Promise((resolve) => child.once('close', resolve));
  const { passed, failures } = readSummary(summary);
  const isUnnamed = code !== 0 && failures.length === 0;
  return { passed, failures: isUnnamed ? [`vitest ended with ${code}: ${projects.join(', ')}`] : failures };
}

function readSummary(summary) {
  try {
    return JSON.parse(readFileSync(summary, 'utf8'));
  } catch {
    return { passed: 0, failures: [] }; // The runner ended before it could leave one.
  }
}

function environment() {
  return { ...process.env, NODE_ENV: 'test', ...(isLong ? { VERBATIM_LONG: '1' } : {}) };
}

function finish({ passed, failed }) {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 || passed === 0 ? 1 : 0);
}
