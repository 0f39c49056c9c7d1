import { makeKeys } from './data-directory/keys.ts';

// Lines for an environment file, each value on one line; every service reads the signing key with `\n` in it.
for (const [name, key] of Object.entries(makeKeys())) {
  process.stdout.write(`${name}=${key.trim().replaceAll('\n', String.raw`\n`)}\n`);
}
