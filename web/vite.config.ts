import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defaultClientConditions, defineConfig } from 'vite';
import { precompress } from './precompress.ts';

/**
 * `vite build` writes `dist/`, static files for any server that
 * - answers every GET for `text/html` that is no file with `index.html` (deep links such as `/rooms/{id}/{seq}`),
 * - sends the header of `csp.json` with them: nothing here needs inline scripts, inline styles or `eval`,
 * - sends `NAME.br` or `NAME.gz` in place of NAME to those who accept that,
 * - keeps `assets/*` for ever (`immutable`: names carry a hash) and `index.html` never (`no-cache`),
 * - has the HTTP interfaces and `/ws` on the same origin.
 */
export default defineConfig({
  plugins: [svelte(), precompress()],
  resolve: { conditions: ['@verbatim/source', ...defaultClientConditions] },
  build: {
    target: 'es2023',
    sourcemap: true,
    /** No `data:` URLs: fonts and images are files that the policy admits by 'self'. */
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
});
