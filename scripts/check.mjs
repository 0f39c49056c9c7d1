import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ensureInstalled } from './install.mjs';
import { root } from './root.mjs';
import { runQuietly, secondsSince } from './run-step.mjs';

const bin = (name) => path.join(root, 'node_modules', '.bin', name);
const hasWebClient = readdirSync(path.join(root, 'web')).some((name) => name.startsWith('svelte.config.'));

/** First of all: the others read the declarations that it makes. */
const types = { name: 'types', command: bin('tsc'), args: ['--build'] };
const rest = [
  // In two parts, as it keeps a core busy for as long as all others together need.
  lint('lint', ['.', '--ignore-pattern', 'web/']),
  lint('lint of the web client', ['web']),
  { name: 'format', command: bin('prettier'), args: ['--check', '.', '--log-level', 'warn'] },
  ...(hasWebClient
    ? [
        {
          name: 'types of the web client',
          command: bin('svelte-check'),
          args: ['--workspace', 'web', '--fail-on-warnings', '--output', 'human'],
        },
      ]
    : []),
  {
    name: 'boundaries',
    command: bin('depcruise'),
    args: ['--config', '.dependency-cruiser.cjs', ...workspaceFolders()],
  },
  { name: 'unused', command: bin('knip'), args: ['--no-progress'] },
];
const stepsAtOnce = 2;

await ensureInstalled(console.log);
const started = performance.now();
const failed = [];
await run(types);
const waiting = [...rest];
await Promise.all(
  Array.from({ length: stepsAtOnce }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await run(next);
  }),
);
console.log(
  failed.length === 0
    ? `All checks passed in ${secondsSince(started)}.`
    : `Failed: ${failed.join(', ')} (${secondsSince(started)}).`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

async function run({ name, command, args }) {
  const { ok, output, seconds } = await runQuietly(command, args, { cwd: root });
  console.log(`${ok ? '✓' : '✗'} ${name} (${seconds})`);
  if (ok) return;
  failed.push(name);
  console.log(output.trim());
}

function lint(name, args) {
  return { name, command: bin('eslint'), args: [...args, '--max-warnings', '0'] };
}

function workspaceFolders() {
  return readdirSync(root).filter((name) => existsSync(path.join(root, name, 'src')));
}
