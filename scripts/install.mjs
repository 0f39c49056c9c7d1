import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './root.mjs';
import { runQuietly, StepFailure } from './run-step.mjs';

/** Installs what package-lock.json names, unless it is already there. */
export async function ensureInstalled(say) {
  if (isInstalled()) return;
  say('Installing packages (first start only)…');
  const [command, ...npm] = npmCommand();
  const { ok, output, seconds } = await runQuietly(
    command,
    [...npm, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: root, env: withoutProductionMode(process.env) },
  );
  if (!ok) throw new StepFailure(`${output.trim()}\nInstalling packages failed (npm ci).`);
  say(`Installed packages in ${seconds}.`);
}

/** npm keeps beside the packages a lock file of what it put there; it writes it last. */
function isInstalled() {
  const inside = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(inside)) return false;
  const wanted = packagesOf(path.join(root, 'package-lock.json'));
  const found = packagesOf(inside);
  return Object.entries(wanted).every(
    ([where, entry]) =>
      where === '' || entry.optional || entry.peer || found[where]?.version === entry.version,
  );
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages ?? {};
  } catch (error) {
    throw new StepFailure(`${lockFile} cannot be read: ${error.message}`);
  }
}

/** The npm that started us, else the one on the path. */
function npmCommand() {
  const { npm_execpath: npm } = process.env;
  return npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
}

/** The build needs the development packages, whatever kind of machine this is. */
function withoutProductionMode({ NODE_ENV: _, ...environment }) {
  return environment;
}
