import { z } from 'zod';

const themes = z.enum(['system', 'light', 'dark']);
export type Theme = z.infer<typeof themes>;
const storageKey = 'verbatim.theme';

export function storedTheme(): Theme {
  return themes.catch('system').parse(localStorage.getItem(storageKey));
}

/** Tokens follow the attribute; without one they follow the system. */
export function applyTheme(theme: Theme = storedTheme()): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(storageKey);
  else localStorage.setItem(storageKey, theme);
  applyTheme(theme);
}
