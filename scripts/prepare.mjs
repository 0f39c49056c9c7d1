import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';

/** Brings a checkout to the point where it can run; does nothing, and says nothing, when it is there. */
export async function prepare(say = console.log) {
  await ensureInstalled(say);
  await ensureBuilt(say);
}
