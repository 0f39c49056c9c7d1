/** Arrow keys walk over a grid of buttons as it lies on the screen, whatever its width. */
export function moveInGrid(event: KeyboardEvent, within: HTMLElement): void {
  const cells = [...within.querySelectorAll<HTMLElement>('[data-emoji]')];
  const at = cells.findIndex((cell) => cell === document.activeElement);
  const isInGrid = at >= 0;
  if (!isInGrid && event.key !== 'ArrowDown') return;
  const target = isInGrid ? targetOf(event.key, at, columnsOf(cells, at)) : 0;
  if (target === undefined) return;
  event.preventDefault();
  if (target < 0) within.querySelector('input')?.focus();
  else cells[Math.min(target, cells.length - 1)]?.focus();
}

function targetOf(key: string, at: number, columns: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
      return at + 1;
    case 'ArrowLeft':
      return Math.max(0, at - 1);
    case 'ArrowDown':
      return at + columns;
    case 'ArrowUp':
      return at - columns;
    default:
      return undefined;
  }
}

function columnsOf(cells: readonly HTMLElement[], at: number): number {
  const top = cells[at]?.offsetTop;
  const row = cells.filter((cell, index) => Math.abs(index - at) < 24 && cell.offsetTop === top);
  return Math.max(1, row.length);
}
