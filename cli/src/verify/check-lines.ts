import { checkedLeafHash, parseLine, WrongEvent, type ExportLine } from './export-line.ts';
import { linesIn } from './lines.ts';

/** What a line says once it was held against itself: all that the walk over events needs of it. */
export interface CheckedLine {
  /** Undefined when it is no event at all. */
  readonly position: string | undefined;
  readonly leafIndex: number;
  /** Its hash in base64; empty when something is wrong. */
  readonly leaf: string;
  readonly type: string;
  readonly room: string | null;
  /** Of a checkpoint. */
  readonly note: string | undefined;
  /** What is wrong with it, if anything. */
  readonly fault: string | undefined;
}

export function checkLine(text: string): CheckedLine {
  let line: ExportLine | undefined;
  try {
    line = parseLine(text);
    return checked(line, checkedLeafHash(line).toString('base64'), undefined);
  } catch (error) {
    if (!(error instanceof WrongEvent)) throw error;
    return checked(line, '', error.message);
  }
}

export const checkBlock = (block: Uint8Array): CheckedLine[] => linesIn(block).map(checkLine);

function checked(line: ExportLine | undefined, leaf: string, fault: string | undefined): CheckedLine {
  return {
    position: line?.position,
    leafIndex: line?.leafIndex ?? -1,
    leaf,
    type: line?.type ?? '',
    room: line?.room ?? null,
    note: line?.type === 'CheckpointPublished' ? String(line.data.note) : undefined,
    fault,
  };
}
