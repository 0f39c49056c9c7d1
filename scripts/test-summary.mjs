import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './root.mjs';

/** Where the reporter leaves its summary; the run has none without it. */
export const summaryVariable = 'VERBATIM_TEST_SUMMARY';

/**
 * A reporter of vitest that leaves how many tests passed and what failed: tests, files that did not load, and errors
 * that no test caught, each by its name and first line.
 */
export default class TestSummary {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const broken = modules.filter((module) => module.errors().length > 0);
    const failures = [
      ...tests.filter((test) => test.result().state === 'failed').map((test) => failure(test, test.result())),
      ...broken.map((module) => failure(module, { errors: module.errors() })),
      ...unhandledErrors.map((error) => `caught by no test: ${error.stack ?? error.message}`),
    ];
    const passed = tests.filter((test) => test.result().state === 'passed').length;
    writeFileSync(process.env[summaryVariable], JSON.stringify({ passed, failures }));
  }
}

function failure(task, { errors = [] }) {
  const module = task.type === 'module' ? task : task.module;
  const file = path.relative(root, module.moduleId);
  const name = task.type === 'module' ? file : `${file} > ${task.fullName}`;
  return [name, ...errors.map(({ message }) => `  ${String(message).split('\n')[0]}`)].join('\n');
}
