import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import go from 'highlight.js/lib/languages/go';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';

export type CodeRole = 'keyword' | 'string' | 'number' | 'comment' | 'name' | 'removed' | 'added';
export interface CodeToken {
  readonly text: string;
  readonly role: CodeRole | null;
}

/** Grammars are regular expressions of others: what is longer is left plain, so that none can hang the page. */
const maxCharacters = 20_000;

const lowlight = createLowlight({
  bash, c, cpp, csharp, css, diff, go, java, javascript, json, python, rust, sql, typescript, xml, yaml,
}); // prettier-ignore

const roles: Readonly<Record<string, CodeRole>> = {
  'hljs-keyword': 'keyword',
  'hljs-literal': 'keyword',
  'hljs-built_in': 'keyword',
  'hljs-meta': 'keyword',
  'hljs-selector-tag': 'keyword',
  'hljs-string': 'string',
  'hljs-regexp': 'string',
  'hljs-number': 'number',
  'hljs-symbol': 'number',
  'hljs-comment': 'comment',
  'hljs-quote': 'comment',
  'hljs-title': 'name',
  'hljs-name': 'name',
  'hljs-attr': 'name',
  'hljs-attribute': 'name',
  'hljs-property': 'name',
  'hljs-type': 'name',
  'hljs-deletion': 'removed',
  'hljs-addition': 'added',
};

type Tree = ReturnType<typeof lowlight.highlight>;
type Node = Tree['children'][number];

/** The text in pieces with what each is; nothing of the highlighter's own is shown. */
export function highlight(language: string, text: string): readonly CodeToken[] {
  if (text.length > maxCharacters || !lowlight.registered(language)) return [];
  const tokens: CodeToken[] = [];
  for (const node of lowlight.highlight(language, text).children) collect(node, null, tokens);
  return tokens;
}

function collect(node: Node, role: CodeRole | null, tokens: CodeToken[]): void {
  if (node.type === 'text') tokens.push({ text: node.value, role });
  if (node.type !== 'element') return;
  const classes = node.properties['className'];
  const own = Array.isArray(classes) ? classes.map((name) => roles[name]).find(Boolean) : undefined;
  for (const child of node.children) collect(child, own ?? role, tokens);
}
