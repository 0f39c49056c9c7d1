import { runProgram } from './commands/run-program.ts';

// After a failed disk, threads may hang in the kernel: the process does not wait for them.
process.exit(await runProgram(process.argv.slice(2)));
