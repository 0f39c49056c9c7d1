const names = ['from', 'in', 'before', 'after', 'has'] as const;
export type FilterName = (typeof names)[number];

/** The parts of a question that narrow it; the words are what is left. */
export interface Filter {
  readonly name: FilterName;
  readonly value: string;
  /** As it stands in the question. */
  readonly written: string;
}

const pattern = /(?<!\S)(from|in|before|after|has):("[^"]*"|\S+)/g;

export function filtersIn(question: string): Filter[] {
  return Array.from(question.matchAll(pattern)).flatMap(([written, given, value = '']) => {
    const name = names.find((known) => known === given);
    return name === undefined ? [] : [{ name, value: value.replaceAll('"', ''), written }];
  });
}

/** The question with one more filter, or with another value for one that it has. */
export function withFilter(question: string, name: FilterName, value: string): string {
  const rest = filtersIn(question)
    .filter((filter) => filter.name === name)
    .reduce((text, { written }) => text.replace(written, ''), question);
  return `${rest.replaceAll(/\s+/g, ' ').trim()} ${name}:${/\s/.test(value) ? `"${value}"` : value}`.trim();
}

export const withoutFilter = (question: string, { written }: Filter): string =>
  question.replace(written, '').replaceAll(/\s+/g, ' ').trim();
