#!/usr/bin/env node
// Runs before anything is installed: Node's own modules only, and a syntax that old versions can read up to
// the line that tells them off.

const wanted = [20, 19];

const found = process.versions.node.split('.').map(Number);
if (found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])) {
  console.error(
    'Verbatim needs Node.js ' + wanted.join('.') + ' or newer; this is ' + process.versions.node + '.',
  );
  process.exit(1);
}

import('../../scripts/prepare.mjs')
  .then(({ prepare }) => prepare())
  .then(() => import('../dist/main.js'))
  .catch((error) => {
    console.error(error.name === 'StepFailure' ? error.message : error);
    process.exit(1);
  });
