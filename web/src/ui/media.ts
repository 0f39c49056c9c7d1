import { MediaQuery } from 'svelte/reactivity';

/** Under this width there is one column at a time. */
export const isPhone = new MediaQuery('max-width: 719px');

/** The keyboard is on the screen too. A window may be narrow because it is zoomed; then there is one to hand. */
export const typesOnScreen = new MediaQuery('(max-width: 719px) and (pointer: coarse)');
