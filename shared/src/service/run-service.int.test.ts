import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const builtDoor = new URL('../../dist/index.js', import.meta.url).href;

/** Runs a `main.ts` as node would, from what was built; `whenReady` may act on it once it said `ready`. */
async function run(
  body: string,
  env: NodeJS.ProcessEnv = {},
  whenReady?: (child: ReturnType<typeof spawn>) => void,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const program = `
    import { environment, exitOnBadConfiguration, readConfiguration, runService } from ${JSON.stringify(builtDoor)};
    const forever = setInterval(() => undefined, 1_000);
    await runService('test', async (logger) => { ${body} });
    console.log('ready');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, ...env },
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
  child.stdout.on('data', (chunk: Buffer) => {
    if (chunk.toString().includes('ready\n')) whenReady?.(child);
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  const [stdout, stderr] = await outputs;
  return { code, stdout, stderr };
}

const running = 'return { stop: async () => logger.info("stopped by the test") };';

describe('a service', () => {
  /** It takes as long as a stop may: begun before the others, it is over when they are. */
  let cutOff: ReturnType<typeof run>;
  beforeAll(() => {
    cutOff = run('return { stop: () => new Promise(() => undefined) };', {}, (child) => child.kill());
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('stops on %s with 0', async (signal) => {
    const { code, stdout } = await run(running, {}, (child) => child.kill(signal));
    expect(code).toBe(0);
    expect(stdout).toContain('stopped by the test');
  });

  it('ends with 78 and one line for a bad variable', async () => {
    const reading = 'exitOnBadConfiguration(readConfiguration({ PORT: environment.PORT }, process.env));';
    const { code, stderr } = await run(reading, { PORT: 'http' });
    expect(code).toBe(78);
    expect(stderr).toBe('Bad configuration: PORT: must be a whole number from 0 to 65535\n');
  });

  it('ends with 1 when it cannot start', async () => {
    const { code, stdout } = await run('throw new Error("no such store")');
    expect(code).toBe(1);
    expect(stdout).toContain('no such store');
  });

  it.each([
    ['an exception', 'setImmediate(() => { throw new Error("a bug"); });'],
    ['a rejection', 'void Promise.reject(new Error("a bug"));'],
  ])('ends with 1 on %s that nobody catches, and says so', async (_, bug) => {
    const { code, stdout } = await run(`${bug} ${running}`);
    expect(code).toBe(1);
    expect(stdout).toMatch(/"level":"fatal".*a bug/);
  });

  it('lives on when the client of the event store leaves a rejection behind', async () => {
    const stray =
      'void Promise.reject(Object.assign(new Error("lost"), { code: 14, details: "", metadata: {} }));';
    const { code, stdout } = await run(`${stray} ${running}`, {}, (child) =>
      setImmediate(() => child.kill('SIGTERM')),
    );
    expect(code).toBe(0);
    expect(stdout).toContain('"level":"warn"');
  });

  it('is cut off with 1 when it does not stop in time', async () => {
    const { code, stdout } = await cutOff;
    expect(code).toBe(1);
    expect(stdout).toContain('did not stop in time');
  });
});
