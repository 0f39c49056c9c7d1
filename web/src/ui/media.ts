import { MediaQuery } from 'svelte/reactivity';

/** Under this width there is one column at a time. */
export const isPhone = new MediaQuery('max-width: 719px');
