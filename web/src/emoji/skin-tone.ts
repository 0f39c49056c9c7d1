import { z } from 'zod';

const storageKey = 'verbatim.skin-tone';
const tones = z.coerce.number().int().min(0).max(5).catch(0);

export const storedSkinTone = (): number => tones.parse(localStorage.getItem(storageKey) ?? 0);

export function chooseSkinTone(tone: number): number {
  localStorage.setItem(storageKey, String(tone));
  return tone;
}
