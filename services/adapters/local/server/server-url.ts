/** An address of Ollama or LM Studio that lies beside `/v1`. Pure. */
export function nativeUrl(baseUrl: string, path: string): string {
  const url = new URL(baseUrl)
  url.pathname = `${url.pathname.replace(/(\/v1)?\/*$/, '')}/${path}`
  return url.href
}

/** An address below `base_url`. Pure. */
export function openaiUrl(baseUrl: string, path: string): string {
  const url = new URL(baseUrl)
  url.pathname = `${url.pathname.replace(/\/*$/, '')}/${path}`
  return url.href
}

/** The address as messages may show it: without user, password and query. Pure. */
export function shownUrl(baseUrl: string): string {
  const { origin, pathname } = new URL(baseUrl)
  return `${origin}${pathname}`
}
