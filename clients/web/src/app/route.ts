/** Where the page is. The address: `#/chat`, `#/chat/<id>`, `#/settings`, `#/pair`; a link `/#pair=<code>` pairs. */
export type Route =
  | { readonly view: 'pair'; readonly code?: string }
  | { readonly view: 'chat'; readonly conversation?: string; readonly message?: string }
  | { readonly view: 'settings' }
