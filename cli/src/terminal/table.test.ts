import { describe, expect, it } from 'vitest';
import { table, visible } from './table.ts';

describe('a table', () => {
  it('lines its columns up, wide characters too', () => {
    expect(
      table(
        ['who', 'what'],
        [
          ['Ann', 'one'],
          ['日本', 'two'],
        ],
      ),
    ).toBe('who   what\nAnn   one\n日本  two\n');
  });

  it('is not wider than the terminal', () => {
    expect(table(['a', 'b'], [['x', 'a long text']], 10)).toBe('a  b\nx  a long…\n');
  });

  it('lets nobody steer the terminal with what they wrote', () => {
    expect(visible('a\u001b[2Jb\r\u202ec\nd')).toBe('a\\u001b[2Jb\\u000d\\u202ec⏎d');
  });
});
