import type { Page } from '@verbatim/shared/browser';

/** A list longer than this is shown in part: no screen of ours shows more at once. */
const maxPages = 50;
export const pageSize = 200;

/** All items of a list that is read page by page. */
export async function allItems<Item>(
  fetchPage: (cursor: string | undefined) => Promise<Page<Item>>,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const { items: more, nextCursor } = await fetchPage(cursor);
    items.push(...more);
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return items;
}
