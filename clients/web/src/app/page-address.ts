import { Listeners } from '../protocol/listeners.ts'
import { formatRoute, parseRoute, type Route } from './route.ts'

/** The route as the address bar holds it. */
export interface PageAddress {
  readonly route: Route
  go(route: Route): void
  onChange(listener: (route: Route) => void): () => void
}

/** Takes a pairing code out of the address, and out of the history of the browser, before anything else happens. */
export function createPageAddress(page: Window): PageAddress {
  const listeners = new Listeners<Route>()
  let route = parseRoute(page.location.hash)
  const tidy = () => page.history.replaceState(null, '', formatRoute(route))
  tidy()
  page.addEventListener('hashchange', () => {
    route = parseRoute(page.location.hash)
    tidy()
    listeners.tell(route)
  })
  return {
    get route() {
      return route
    },
    go: (next) => {
      const address = formatRoute(next)
      if (address !== page.location.hash) page.history.pushState(null, '', address)
      route = next
      listeners.tell(route)
    },
    onChange: (listener) => listeners.add(listener),
  }
}
