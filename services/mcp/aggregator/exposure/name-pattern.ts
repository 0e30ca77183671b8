import type { McpServer } from '../../../common/contracts/mcp-server.ts'

/** Does one of the patterns fit? `*` stands for any text. */
export function matcher(patterns: readonly string[]): (name: string) => boolean {
  if (patterns.includes('*')) return () => true
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')))
  const wild = patterns.filter((pattern) => pattern.includes('*')).map((pattern) => pattern.split('*'))
  return (name) => exact.has(name) || wild.some((pieces) => fits(name, pieces))
}

/** Each piece behind the one before it: linear, whatever the pattern. */
function fits(name: string, pieces: readonly string[]): boolean {
  const [first = '', ...rest] = pieces
  const last = rest.pop() ?? ''
  if (!name.startsWith(first) || name.length < first.length + last.length) return false
  let at = first.length
  for (const piece of rest) {
    const found = name.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return at <= name.length - last.length && name.endsWith(last)
}

/** Which tools of the server are taken over, by their own names. */
export function takenOver({ tools }: Pick<McpServer, 'tools'>): (name: string) => boolean {
  const isAllowed = matcher(tools.allow)
  const isDenied = matcher(tools.deny)
  return (name) => isAllowed(name) && !isDenied(name)
}
