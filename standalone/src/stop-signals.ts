/** Ctrl-C reaches us twice at once: from the terminal, and handed on by npm. */
const sameRequestMs = 500;

/** Calls `stop` at the first signal to end, and `force` when it is asked for once more. */
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
}
