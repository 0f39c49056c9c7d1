import { createSubscriber } from 'svelte/reactivity';

const subscribe = createSubscriber((update) => {
  addEventListener('focus', update);
  addEventListener('blur', update);
  document.addEventListener('visibilitychange', update);
  return () => {
    removeEventListener('focus', update);
    removeEventListener('blur', update);
    document.removeEventListener('visibilitychange', update);
  };
});

/** Whether somebody looks at this page: only then is anything read. */
export function isWatched(): boolean {
  subscribe();
  return document.visibilityState === 'visible' && document.hasFocus();
}
