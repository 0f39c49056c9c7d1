#!/usr/bin/env node
import { prepare } from '../../scripts/prepare.mjs';

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(
    'npm run -s keys\n\nPrints the three keys that the services need, made anew, as lines of an environment file. Keep them: what was\nwritten with them cannot be read without them.',
  );
  process.exit(0);
}
await prepare((line) => console.error(line));
await import('../dist/print-keys.js');
