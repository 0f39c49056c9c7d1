import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { prepare } from './prepare.mjs';
import { root } from './root.mjs';
import { StepFailure } from './run-step.mjs';
import { ensureTestTools } from './test-tools.mjs';

/**
 * Browser tests come last and alone: each starts the whole system on the machine's few cores.
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

const counts = [];
for (const projects of runs) counts.push(await runVitest(projects));
finish({
  passed: sum(counts.map(({ passed }) => passed)),
  failed: sum(counts.map(({ failed }) => failed)) + missing,
});

/** Counts what a run reports; a run that fails without naming a failed test counts as one failure. */
async function runVitest(projects) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'verbatim-report-'));
  const report = path.join(folder, 'report.json');
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(
    process.execPath,
    [
      vitest,
      'run',
      ...projects.flatMap((name) => ['--project', name]),
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...filters,
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: environment() },
  );
  const code = await new Promise((resolve) => child.once('close', resolve));
  const { passed, failed } = readReport(report);
  rmSync(folder, { recursive: true });
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed };
}

function readReport(report) {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests };
  } catch {
    return { passed: 0, failed: 1 }; // The runner ended before it could report.
  }
}

function environment() {
  return { ...process.env, NODE_ENV: 'test', ...(isLong ? { VERBATIM_LONG: '1' } : {}) };
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

function finish({ passed, failed }) {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 || passed === 0 ? 1 : 0);
}
