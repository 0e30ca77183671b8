const schemes = new Set(['http:', 'https:', 'mailto:'])

/**
 * The address of a link if it may be one: absolute, of the web or of mail. What a browser makes of it counts, not what it
 * looks like: it drops tabs and line ends inside a scheme and reads upper case as lower.
 */
export function safeAddress(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined
  const { protocol, username, password, href } = new URL(address)
  return schemes.has(protocol) && username === '' && password === '' ? href : undefined
}
