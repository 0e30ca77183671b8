import type { JSONRPCRequest } from '@modelcontextprotocol/client'
import { isRecord } from '../../../services/common/is-record.ts'

type JsonObject = Readonly<Record<string, unknown>>

interface HeaderParameter {
  readonly header: string
  readonly path: readonly string[]
}

/** Tools looked at of one list, and nesting of their schemas. */
const MAX_TOOLS = 10_000
const MAX_DEPTH = 16

/**
 * Parameters that tools want repeated in HTTP headers (`x-mcp-header`, 2026-07-28 basic/transports), which a client that
 * only knows standard streams does not send. Learned from the lists that pass by.
 */
export class ParamHeaders {
  readonly #tools = new Map<string, readonly HeaderParameter[]>()

  /** The result of a `tools/list`, one page or all. */
  learn(result: JsonObject): void {
    const { tools } = result
    if (!Array.isArray(tools)) return
    for (const tool of tools.slice(0, MAX_TOOLS)) {
      if (!isRecord(tool) || typeof tool['name'] !== 'string') continue
      const parameters = parametersOf(tool['inputSchema'], [])
      if (parameters.length === 0) this.#tools.delete(tool['name'])
      else this.#tools.set(tool['name'], parameters)
    }
  }

  /** Headers of a `tools/call`; undefined: it needs none. */
  of({ method, params }: JSONRPCRequest): Readonly<Record<string, string>> | undefined {
    const name = params?.['name']
    const parameters = method === 'tools/call' ? this.#tools.get(String(name)) : undefined
    if (parameters === undefined) return undefined
    const said = parameters.map(({ header, path }) => [header, spelled(valueAt(params?.['arguments'], path))] as const)
    return Object.fromEntries(said.flatMap(([header, value]) => (value === undefined ? [] : [[header, value]])))
  }
}

function parametersOf(schema: unknown, path: readonly string[]): readonly HeaderParameter[] {
  if (!isRecord(schema) || path.length > MAX_DEPTH) return []
  const name = schema['x-mcp-header']
  const isNamed = typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]{1,128}$/.test(name) && path.length > 0
  const own = isNamed ? [{ header: `Mcp-Param-${name}`, path }] : []
  const { properties } = schema
  if (!isRecord(properties)) return own
  return [...own, ...Object.entries(properties).flatMap(([key, child]) => parametersOf(child, [...path, key]))]
}

const valueAt = (root: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((node, key) => (isRecord(node) ? node[key] : undefined), root)

/** As a header spells it; undefined: it has no header. */
function spelled(value: unknown): string | undefined {
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : `${value}`
  if (typeof value !== 'string') return undefined
  const isPlain = /^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/.test(value) && !/^=\?base64\?.*\?=$/.test(value)
  return isPlain ? value : `=?base64?${Buffer.from(value, 'utf8').toString('base64')}?=`
}
