import type { ChildMessage } from '../supervisor/process-part.ts';

interface Service {
  stop(): Promise<void>;
}

/** A child that cannot stop cleanly in this time is not kept alive without its supervisor. */
const stopAloneWithinMs = 5_000;

/**
 * Runs a service as a child process of the supervisor: tells when it is up, stops on SIGTERM, and stops by
 * itself when the supervisor has gone, however that ended, because the channel to it closes then.
 */
export async function runService(start: () => Promise<Service>): Promise<void> {
  const tell = process.send?.bind(process);
  if (!tell) throw new Error('only the supervisor starts this program');
  // Whoever asks to stop while the service is still starting is heard when it has started.
  const starting = start();
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= starting.then((service) => service.stop()).then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.once('disconnect', () => {
    setTimeout(() => process.exit(1), stopAloneWithinMs).unref();
    stop();
  });
  await starting;
  const ready: ChildMessage = { type: 'ready' };
  tell(ready);
}
