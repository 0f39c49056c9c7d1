/** Postgres is away, restarting, full, or let another transaction win: trying again may succeed. */
const transientStates = new Set([
  '40001', // serialization failure
  '40P01', // deadlock
  '55P03', // lock not available
  '57014', // statement timeout
  '57P01', // admin shutdown
  '57P02', // crash shutdown
  '57P03', // cannot connect now
  '25006', // read-only: a standby that is not yet, or no longer, the primary
]);
/** Connection exceptions and insufficient resources. */
const transientClasses = ['08', '53'];
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT', // the Unix socket of a server that is down
]);
/** What pg and knex say, without a code, when a connection is lost or none is to be had. */
const connectionMessages = [
  'Connection terminated',
  'Connection ended',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error and is not queryable',
  'Unable to acquire a connection',
];

/** Whether an error of the database is a matter of time (503 and Retry-After) and not of the statement. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    error.name === 'KnexTimeoutError' ||
    transientStates.has(code) ||
    networkCodes.has(code) ||
    (code.length === 5 && transientClasses.includes(code.slice(0, 2))) ||
    connectionMessages.some((message) => error.message.includes(message)) ||
    isTransient(error.cause)
  );
}
