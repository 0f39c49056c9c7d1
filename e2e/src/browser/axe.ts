import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { z } from 'zod';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const violations = z.array(
  z.object({
    id: z.string(),
    nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
  }),
);

/** What axe finds wrong with the page by WCAG 2.2 A and AA and its best practices, as readable lines. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Colours in the middle of a transition are nobody's. One that is taken out of the page may never tell its end.
  await page.waitForFunction(() =>
    document.getAnimations().every(({ playState }) => playState !== 'running'),
  );
  await page.evaluate(source);
  // Where the system chooses the colours, axe takes the page's own for those of the text.
  const found = await page.evaluate(
    `axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: { 'color-contrast': { enabled: !matchMedia('(forced-colors: active)').matches } },
    }).then((result) => result.violations)`,
  );
  return violations
    .parse(found)
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ''}`));
}
