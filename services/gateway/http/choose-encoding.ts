import type { Encoding } from './console-files.ts'

/** Ours, best first, for a client that likes several equally. */
const preference: readonly Encoding[] = ['br', 'gzip', 'identity']

/**
 * What a client wants most of what there is (RFC 9110 §12.5.3). Without a header, and when it refuses everything, the
 * bytes as they are; `identity` that it does not name is what it takes if there is nothing else.
 */
export function chooseEncoding(header: string | undefined, available: ReadonlySet<Encoding>): Encoding {
  if (header === undefined) return 'identity'
  const weights = parseWeights(header)
  const weightOf = (encoding: Encoding): number =>
    weights.get(encoding) ?? (encoding === 'identity' ? leastWeight : (weights.get('*') ?? 0))
  const best = preference
    .filter((encoding) => available.has(encoding) && weightOf(encoding) > 0)
    .toSorted((left, right) => weightOf(right) - weightOf(left))
  return best[0] ?? 'identity'
}

/** Below every weight that can be written: they have three decimals. */
const leastWeight = 0.0001

function parseWeights(header: string): ReadonlyMap<string, number> {
  const entries = header.split(',').flatMap((part): readonly [string, number][] => {
    const match = /^\s*([!#$%&'*+.^_`|~0-9a-z-]+)\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/i.exec(part)
    if (match?.[1] === undefined) return []
    const name = match[1].toLowerCase()
    return [[name === 'x-gzip' ? 'gzip' : name, Math.min(Number(match[2] ?? 1), 1)]]
  })
  return new Map(entries)
}
