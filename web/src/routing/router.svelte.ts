import { createContext } from 'svelte';
import { hrefOf, parseRoute, type Route } from './route.ts';

/** The address bar as state. Links of our own stay in the page; everything else is the browser's. */
export class Router {
  #route = $state.raw<Route>(parseRoute(new URL(location.href)));

  get route(): Route {
    return this.#route;
  }

  /** Also listens to back and forward until the returned function is called. */
  start(): () => void {
    const read = () => (this.#route = parseRoute(new URL(location.href)));
    const follow = (event: MouseEvent) => this.#follow(event);
    addEventListener('popstate', read);
    addEventListener('click', follow);
    return () => {
      removeEventListener('popstate', read);
      removeEventListener('click', follow);
    };
  }

  go(route: Route): void {
    if (hrefOf(route) !== location.pathname + location.search) history.pushState(null, '', hrefOf(route));
    this.#route = route;
  }

  /** As `go`, but back does not lead here again. */
  replace(route: Route): void {
    history.replaceState(null, '', hrefOf(route));
    this.#route = route;
  }

  #follow(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link === null || event.defaultPrevented || event.button !== 0 || hasModifier(event)) return;
    if (link.origin !== location.origin || link.target !== '' || link.hasAttribute('download')) return;
    event.preventDefault();
    this.go(parseRoute(new URL(link.href)));
  }
}

const hasModifier = (event: MouseEvent): boolean =>
  event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;

export const [getRouter, provideRouter] = createContext<Router>();
