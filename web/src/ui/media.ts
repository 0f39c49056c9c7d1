import { MediaQuery } from 'svelte/reactivity';

/** The three densities of width: one column, two with the pane over them, three. */
export const isPhone = new MediaQuery('max-width: 719px');
export const isDesktop = new MediaQuery('min-width: 1024px');
