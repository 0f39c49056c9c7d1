#!/usr/bin/env node
import { statSync } from 'node:fs';

const bundle = new URL('../dist/bundle/main.js', import.meta.url);
const isNewest = timeOf(bundle) >= timeOf(new URL('../dist/.tsbuildinfo', import.meta.url));
// In a working copy the bundle may be older than what was compiled since.
await import(isNewest ? bundle.href : '../dist/main.js');

function timeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
