import { type Logger, runService } from '@verbatim/shared';
import type { ChildMessage } from '../supervisor/process-part.ts';

type Running = Awaited<ReturnType<Parameters<typeof runService>[1]>>;

/** Runs a service as a child process of the supervisor, and tells it when the service is up. */
export async function runPart(name: string, start: (logger: Logger) => Promise<Running>): Promise<void> {
  await runService(name, async (logger) => {
    const running = await start(logger);
    const ready: ChildMessage = { type: 'ready' };
    process.send?.(ready);
    return running;
  });
}
