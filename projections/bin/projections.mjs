#!/usr/bin/env node
import { runCommandLine } from '../dist/command-line/run.js';

await runCommandLine(process.argv.slice(2));
