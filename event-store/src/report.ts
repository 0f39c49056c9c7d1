/** Where the server says what an operator should know. */
export type Report = (message: string, cause?: unknown) => void;

/** One line per message on standard error. */
export const reportToStderr: Report = (message, cause) => {
  const detail = cause instanceof Error ? `: ${cause.stack ?? cause.message}` : '';
  process.stderr.write(`${new Date().toISOString()} ${message}${detail}\n`);
};
