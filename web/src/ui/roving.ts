const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/** Up, down, Home and End move the focus among what the selector finds, round at the ends. */
export function moveFocus(event: KeyboardEvent, within: HTMLElement, selector: string): void {
  const all = [...within.querySelectorAll<HTMLElement>(selector)];
  const at = all.findIndex((element) => element === document.activeElement);
  const target = targetOf(event.key, at, all.length);
  if (target === undefined) return;
  event.preventDefault();
  all[target]?.focus();
}

function targetOf(key: string, at: number, count: number): number | undefined {
  if (count === 0) return undefined;
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  const step = steps[key];
  if (step === undefined) return undefined;
  return at < 0 ? (step > 0 ? 0 : count - 1) : (at + step + count) % count;
}
