#!/usr/bin/env node
import { prepare } from '../../scripts/prepare.mjs';

await prepare((line) => console.error(line));
await import('../dist/backup/backup-main.js');
