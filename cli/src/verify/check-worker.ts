import { parentPort } from 'node:worker_threads';
import { checkBlock } from './check-lines.ts';

parentPort?.on('message', (block: Uint8Array) => parentPort?.postMessage(checkBlock(block)));
