const maxArguments = 32
const maxName = 64

/** What a call was given, without what it holds: names, types and sizes. At most 4 KiB as JSON. */
export function redactArguments(args: unknown): Readonly<Record<string, string>> {
  if (args === null || typeof args !== 'object' || Array.isArray(args)) return {}
  const entries = Object.entries(args)
  const shown = entries
    .slice(0, maxArguments)
    .map(([name, value]) => [name.slice(0, maxName).toWellFormed(), sizeOf(value)])
  const more = entries.length - maxArguments
  return Object.fromEntries(more > 0 ? [...shown, ['…', `${more} more`]] : shown)
}

function sizeOf(value: unknown): string {
  if (typeof value === 'string') return `string(${value.length})`
  if (Array.isArray(value)) return `array(${value.length})`
  if (value === null) return 'null'
  return typeof value === 'object' ? `object(${Object.keys(value).length})` : typeof value
}

/** Where something is, without what may be a secret: user, query and fragment; at most 200 characters. */
export const redactUri = (uri: string): string =>
  uri
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@?#]*@/i, '$1')
    .replace(/[?#].*$/s, '')
    .slice(0, 200)
    .toWellFormed()
