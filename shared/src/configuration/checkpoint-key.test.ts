import { describe, expect, it } from 'vitest';
import { parseCheckpointKey } from './checkpoint-key.ts';

/** The key pair that the documentation of Go's sumdb/note package prints. */
const privateText = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const verifierText = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';

describe('a checkpoint key', () => {
  it('is read as every other signed-note program reads it', () => {
    expect(parseCheckpointKey(privateText).verifierKey).toBe(verifierText);
  });

  it('is refused when its hash is of another key', () => {
    expect(() => parseCheckpointKey(privateText.replace('c74f20a3', 'c74f20a4'))).toThrow('not of this key');
  });
});
