import { once } from 'node:events';
import { createServer } from 'node:net';

const host = '127.0.0.1';

/** The wished port when it is free, else one that the system picks. */
export async function findFreePort(wished: number | undefined): Promise<number> {
  return (wished === undefined ? undefined : await tryPort(wished)) ?? (await pickPort());
}

async function pickPort(): Promise<number> {
  const port = await tryPort(0);
  if (port === undefined) throw new Error('the system has no free port');
  return port;
}

async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  const listening = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(port, host);
  if (!(await listening)) return undefined;
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : undefined;
}
