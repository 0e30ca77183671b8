/**
 * Where the page is. The address: `#/chat`, `#/chat/<id>`, `#/chat/<id>/<message>`, `#/history`, `#/servers`,
 * `#/servers/<name>`, `#/settings`, `#/pair`; a link `/#pair=<code>` pairs. `history` is a view of its own only where the list has no room beside the chat.
 */
export type Route =
  | { readonly view: 'pair'; readonly code?: string }
  | { readonly view: 'chat'; readonly conversation?: string; readonly message?: string }
  | { readonly view: 'history' }
  | { readonly view: 'servers'; readonly server?: string }
  | { readonly view: 'settings' }

/** @param hash as `location.hash`, with or without its `#`. What is unknown is the empty chat. */
export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#/, '')
  if (text.startsWith('pair=')) return { view: 'pair', code: decode(text.slice('pair='.length)) }
  const [view, first, second] = text.split('/').slice(1).map(decode)
  switch (view) {
    case 'pair':
    case 'history':
    case 'settings':
      return { view }
    case 'servers':
      return first ? { view, server: first } : { view }
    default:
      return chatRoute(view === 'chat' ? first : undefined, second)
  }
}

/** The address of a route; a pairing code never is part of it. */
export function formatRoute(route: Route): string {
  return `#/${[
    route.view,
    ...partsOf(route)
      .filter((part) => part !== undefined)
      .map(encodeURIComponent),
  ].join('/')}`
}

function partsOf(route: Route): readonly (string | undefined)[] {
  switch (route.view) {
    case 'chat':
      return route.conversation === undefined ? [] : [route.conversation, route.message]
    case 'servers':
      return [route.server]
    default:
      return []
  }
}

function chatRoute(conversation: string | undefined, message: string | undefined): Route {
  if (!conversation) return { view: 'chat' }
  return message ? { view: 'chat', conversation, message } : { view: 'chat', conversation }
}

/** A broken escape in an address someone typed is no reason to show nothing. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
