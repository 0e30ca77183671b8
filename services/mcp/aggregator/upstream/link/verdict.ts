import { isSpecType, type PriorDiscovery } from '@modelcontextprotocol/client'

/** A verdict is believed for so long: a server that was upgraded would be spoken to in the old way for ever. */
const believedMs = 24 * 60 * 60 * 1000

/** How an upstream was found to be spoken to. `sse`: it has the old HTTP+SSE only. */
export type Verdict = { readonly prior: PriorDiscovery; readonly transport: 'http' | 'sse' }

/** As it is kept: the SDK's own form, with when it was found. */
export const keepVerdict = ({ prior, transport }: Verdict, now: number): string =>
  JSON.stringify({ ...prior, transport, at: now })

/** Undefined: none, too old, or not readable; the upstream is asked again. */
export function recallVerdict(kept: string | undefined, now: number): Verdict | undefined {
  const value = parse(kept)
  if (value === undefined || typeof value['at'] !== 'number' || now - value['at'] > believedMs) return undefined
  const transport = value['transport'] === 'sse' ? 'sse' : 'http'
  if (value['kind'] === 'legacy') return { prior: { kind: 'legacy' }, transport }
  const discover = value['discover']
  if (value['kind'] !== 'modern' || !isSpecType.DiscoverResult(discover)) return undefined
  return { prior: { kind: 'modern', discover }, transport }
}

function parse(kept: string | undefined): Record<string, unknown> | undefined {
  if (kept === undefined) return undefined
  try {
    const value: unknown = JSON.parse(kept)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
