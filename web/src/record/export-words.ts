import type { ExportFormat } from '@verbatim/shared/browser';

export const exportFormatLabels: Readonly<Record<ExportFormat, string>> = {
  jsonl: 'Every event, with proofs (JSON lines)',
  csv: 'Table of messages (CSV)',
  actiance: 'Actiance XML',
  eml: 'Mails, one a room and day (EML)',
};

const units = ['B', 'KB', 'MB', 'GB'] as const;

/** `1.4 MB` */
export function sizeOf(bytes: number): string {
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const amount = bytes / 1_000 ** power;
  return `${amount.toLocaleString('en', { maximumFractionDigits: amount < 10 && power > 0 ? 1 : 0 })} ${units[power] ?? ''}`;
}
