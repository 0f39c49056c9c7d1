import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './root.mjs';
import { runQuietly, secondsSince, StepFailure } from './run-step.mjs';

/** Lies with what was built, so that removing that removes it too. */
const stampFile = path.join(root, 'standalone', 'dist', '.built-from');
const rootFiles = ['package-lock.json', 'tsconfig.json', 'tsconfig.base.json'];
const ignoredFolders = new Set(['node_modules', 'dist', 'data']);

/** Builds every workspace, unless nothing changed since the last time. */
export async function ensureBuilt(say) {
  if (hasBeenBuilt() && readStamp() === stampOfSources()) return;
  await build(say);
}

/** Compiles the TypeScript workspaces, then bundles programs and the web client out of what they built. */
export async function build(say) {
  const stamp = stampOfSources();
  const started = performance.now();
  say('Building…');
  await step('The TypeScript build', ['node_modules/typescript/lib/tsc.js', '--build'], root);
  const rolldown = path.join(root, 'node_modules', 'rolldown', 'bin', 'cli.mjs');
  await step('The bundle of the event store', [rolldown, '--config'], path.join(root, 'event-store'));
  await step('The bundle of the processes', [rolldown, '--config'], path.join(root, 'standalone'));
  if (hasWebClient()) {
    const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    await step('The build of the web client', [vite, 'build', '--logLevel', 'warn'], path.join(root, 'web'));
  }
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
  say(`Built in ${secondsSince(started)}.`);
}

async function step(name, args, cwd) {
  const { NODE_ENV: _, ...env } = process.env;
  const { ok, output } = await runQuietly(process.execPath, args, { cwd, env });
  if (!ok) throw new StepFailure(`${output.trim()}\n${name} failed.`);
}

function hasBeenBuilt() {
  const doors = workspaces()
    .filter((name) => existsSync(path.join(root, name, 'src', 'index.ts')))
    .map((name) => path.join(root, name, 'dist', 'index.js'));
  const page = hasWebClient() ? [path.join(root, 'web', 'dist', 'index.html')] : [];
  return [...doors, ...page].every((file) => existsSync(file));
}

function hasWebClient() {
  return readdirSync(path.join(root, 'web')).some((name) => name.startsWith('vite.config.'));
}

function readStamp() {
  return existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined;
}

/** Path, size and time of every source: a matter of milliseconds, where reading them all is not. */
function stampOfSources() {
  const hash = createHash('sha256');
  for (const file of [...rootFiles, ...workspaces().flatMap(sourcesIn)]) {
    const { size, mtimeMs } = statSync(path.join(root, file));
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function sourcesIn(folder) {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) return ignoredFolders.has(entry.name) ? [] : sourcesIn(name);
    return entry.isFile() && !entry.name.includes('.test.') ? [name] : [];
  });
}

function workspaces() {
  return JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).workspaces;
}

if (process.argv[1] === import.meta.filename) {
  await build(console.log).catch((error) => {
    if (!(error instanceof StepFailure)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  });
}
