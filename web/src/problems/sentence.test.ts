import { describe, expect, it } from 'vitest';
import { ProblemFault, UnreachableFault } from './faults.ts';
import { fieldError, sentenceOf } from './sentence.ts';

const problem = (code: string, more: object = {}) =>
  new ProblemFault({ type: `urn:verbatim:problem:${code}`, title: 'The title.', status: 422, code, ...more });

describe('a fault as a sentence', () => {
  it('says what to do about a known code', () =>
    expect(sentenceOf(problem('last-owner'))).toContain('Make somebody else an owner'));
  it('falls back to what the server says', () => {
    expect(sentenceOf(problem('brand-new', { detail: 'A new detail.' }))).toBe('A new detail.');
    expect(sentenceOf(problem('brand-new'))).toBe('The title.');
  });
  it('names the only bad field', () =>
    expect(
      sentenceOf(
        problem('invalid', { errors: [{ path: 'organizationName', message: 'must not be blank' }] }),
      ),
    ).toBe('Organization name must not be blank.'));
  it('knows a broken connection', () =>
    expect(sentenceOf(new UnreachableFault('x'))).toContain('connection'));
});

describe('the error of a field', () => {
  const fault = problem('invalid', {
    errors: [{ path: 'password', message: 'must have at least 8 characters' }],
  });

  it('is found by its path', () =>
    expect(fieldError(fault, 'password')).toBe('Must have at least 8 characters.'));
  it('is none where nothing is wrong', () => {
    expect(fieldError(fault, 'email')).toBeUndefined();
    expect(fieldError(new Error('other'), 'password')).toBeUndefined();
  });
});
