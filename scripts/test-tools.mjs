import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { runQuietly } from './run-step.mjs';

/** Programs that the tests start, by the Debian package that brings them. */
const tools = [
  { package: 'chromium', programs: ['chromium', 'chromium-browser', 'google-chrome'] },
  { package: 'nats-server', programs: ['nats-server'] },
  { package: 'strace', programs: ['strace'] },
];

/**
 * Installs what the tests need from the system's packages where that is allowed, else says how to get it.
 * @returns {Promise<{ missing: number }>} how many could not be had; the tests that need them cannot pass.
 */
export async function ensureTestTools(say) {
  const wanted = tools.filter(isMissing).map((tool) => tool.package);
  if (wanted.length === 0) return { missing: 0 };
  if (process.getuid?.() === 0 && findProgram('apt-get')) {
    say(`Installing ${wanted.join(', ')} (first run only)…`);
    await install(wanted, say);
  }
  const stillMissing = tools.filter(isMissing).map((tool) => tool.package);
  if (stillMissing.length > 0) {
    say(
      `The tests need ${stillMissing.join(', ')}: run "apt-get install ${stillMissing.join(' ')}" as root.`,
    );
  }
  return { missing: stillMissing.length };
}

async function install(packages, say) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', ...packages]]) {
    const { ok, output } = await runQuietly('apt-get', args, { env });
    if (!ok) return say(output.trim());
  }
}

function isMissing({ programs }) {
  return !programs.some(findProgram);
}

function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(path.join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
