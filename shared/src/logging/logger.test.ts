import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLogger } from './logger.ts';

function logged(
  entry: object,
  message = 'something happened',
): { line: string; entry: Record<string, unknown> } {
  const lines: string[] = [];
  createLogger({ name: 'test', level: 'info', destination: { write: (line) => lines.push(line) } }).info(
    entry,
    message,
  );
  expect(lines).toHaveLength(1);
  const [line = ''] = lines;
  return { line, entry: z.record(z.string(), z.unknown()).parse(JSON.parse(line)) };
}

describe('the log', () => {
  it('is one JSON line with name, level, time and message', () => {
    const { line, entry } = logged({ roomId: 'r1' });
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(entry).toMatchObject({ name: 'test', level: 'info', msg: 'something happened', roomId: 'r1' });
    expect(entry.time).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it('keeps line ends and control characters of users inside that line', () => {
    const { line } = logged({ userAgent: 'x\r\n{"level":"fatal"}\u001b[31m' });
    expect(line.trimEnd()).not.toMatch(/[\n\r\u001b]/);
  });

  it.each([
    { password: 'hunter2hunter2' },
    { accessToken: 'hunter2hunter2' },
    { body: { text: 'hunter2hunter2' } },
    { req: { headers: { authorization: 'Bearer hunter2hunter2' } } },
    { req: { headers: { 'set-cookie': 'hunter2hunter2' } } },
    { user: { email: 'hunter2hunter2' } },
    { err: new Error('cannot reach postgres://root:hunter2hunter2@localhost/x') },
    { err: new Error('outer', { cause: new Error('esdb://admin:hunter2hunter2@127.0.0.1:2113') }) },
    {
      err: Object.assign(new Error('bad row'), { detail: 'hunter2hunter2', parameters: ['hunter2hunter2'] }),
    },
    { err: new Error('refused Bearer eyJhunter2hunter2.hunter2hunter2.hunter2hunter2') },
  ])('never shows the secret of %j', (entry) => {
    expect(logged(entry).line).not.toContain('hunter2');
  });

  it('keeps what an operator needs of an error', () => {
    const { entry } = logged({ err: Object.assign(new Error('no such table'), { code: '42P01' }) });
    expect(entry.err).toMatchObject({ type: 'Error', message: 'no such table', code: '42P01' });
  });
});
