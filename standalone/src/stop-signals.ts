/** Ctrl-C reaches us twice at once: from the terminal, and handed on by npm. */
const sameRequestMs = 500;

const parentPollMs = 250;

/**
 * Calls `stop` at the first signal to end, and `force` when it is asked for once more. Started by npm, the end
 * of npm counts as such a signal: killed, it hands on nothing, and nobody would know of us any more.
 */
export function onStopSignals({ stop, force }: { stop: () => void; force: () => void }): void {
  let firstAt: number | undefined;
  const hear = () => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      stop();
    } else if (performance.now() - firstAt > sameRequestMs) {
      force();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, hear);

  const parent = process.ppid;
  if (process.env.npm_lifecycle_event === undefined) return;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    hear();
  }, parentPollMs);
  watch.unref();
}
