import type { RouteDescription } from '@verbatim/shared';
import { z } from 'zod';

/** The catalogue as a page to read: no script, nothing from elsewhere. */
export function apiPage(routes: readonly RouteDescription[]): string {
  const tags = [...new Set(routes.map(({ tag }) => tag))];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Verbatim API</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<header>
<h1>Verbatim API</h1>
<p>Every route and what it takes. The same for programs: <a href="/openapi.json">/openapi.json</a>.</p>
<nav aria-label="Groups">${tags.map((tag) => `<a href="#${escape(tag)}">${escape(tag)}</a>`).join(' ')}</nav>
</header>
<main>
${tags.map((tag) => section(tag, routes)).join('\n')}
</main>
</body>
</html>
`;
}

export const apiPageStyle = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 56rem; margin: 0 auto; padding: 1.5rem; }
nav a { margin-inline-end: 1rem; }
details { border-block-end: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding-block: .5rem; }
summary { cursor: pointer; }
code, pre { font: .9rem/1.4 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .75rem; background: color-mix(in srgb, currentColor 6%, transparent); border-radius: .5rem; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 600; text-transform: uppercase; }
`;

function section(tag: string, routes: readonly RouteDescription[]): string {
  const ofTag = routes.filter((route) => route.tag === tag);
  return `<section id="${escape(tag)}"><h2>${escape(tag)}</h2>${ofTag.map(entry).join('\n')}</section>`;
}

function entry(route: RouteDescription): string {
  const parts = [
    schemaPart('Query', route.query),
    schemaPart('Body', route.body),
    schemaPart(`Answer ${route.success}`, route.answer),
    ...Object.entries(route.alsoSucceeds ?? {}).map(
      ([status, why]) => `<p>Also ${escape(status)}: ${escape(why)}.</p>`,
    ),
  ];
  return `<details id="${escape(route.name)}">
<summary><span class="method">${escape(route.method)}</span> <code>${escape(route.path)}</code> ${escape(route.summary)}</summary>
<p>Command <code>${escape(route.name)}</code>, for ${escape(route.access.replaceAll('-', ' '))}.</p>
${parts.join('')}
</details>`;
}

function schemaPart(title: string, schema: z.ZodType | undefined): string {
  if (schema === undefined) return '';
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  if (json.properties !== undefined && Object.keys(json.properties).length === 0) return '';
  return `<h3>${escape(title)}</h3><pre>${escape(JSON.stringify(json, undefined, 2))}</pre>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
