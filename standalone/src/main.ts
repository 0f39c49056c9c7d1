import { PostgresFault } from '@verbatim/postgres';
import { readStandaloneConfiguration } from './configuration.ts';
import { type Instance, openInstance } from './instance.ts';
import { StartFault } from './start-fault.ts';
import { onStopSignals } from './stop-signals.ts';

// Whoever read what we print may have gone; that is no reason to stop.
process.stdout.on('error', () => undefined);

const configuration = readStandaloneConfiguration(process.env);
const state: { instance?: Instance; isStopping: boolean } = { isStopping: false };

onStopSignals({
  stop: () => {
    state.isStopping = true;
    say('Stopping…');
    void end(0);
  },
  force: () => state.instance?.force(),
});

try {
  const instance = await openInstance(configuration, say);
  state.instance = instance;
  await instance.start();
  say(`Verbatim is ready at ${instance.origin}`);
} catch (error) {
  if (!state.isStopping) {
    process.stderr.write(`${explain(error)}\n`);
    await end(error instanceof StartFault ? error.exitCode : 1);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function end(exitCode: number): Promise<void> {
  await state.instance?.stop();
  process.exit(exitCode);
}

function explain(error: unknown): string {
  if (error instanceof StartFault || error instanceof PostgresFault) return error.message;
  return error instanceof Error ? `Verbatim could not start: ${error.message}` : String(error);
}
