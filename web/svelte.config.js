import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** Read by Vite, svelte-check and ESLint alike: a warning of Svelte's (accessibility above all) is an error. */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
  onwarn(warning) {
    throw new Error(`${warning.code}: ${warning.message} (${warning.filename ?? ''})`);
  },
};
