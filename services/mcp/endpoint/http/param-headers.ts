import { ProtocolError } from '@modelcontextprotocol/server'
import { isRecord } from '../../../common/is-record.ts'

/** A parameter of a tool that clients repeat in a header (specification 2026-07-28, basic/transports, SEP-2243). */
export interface HeaderParameter {
  readonly header: string
  readonly path: readonly string[]
  readonly isNumeric: boolean
}

const mismatchCode = -32_020
const maxDepth = 16

/** The parameters that a tool's schema marks with `x-mcp-header`, along `properties` only. */
export function headerParameters(schema: unknown, path: readonly string[] = []): readonly HeaderParameter[] {
  if (!isRecord(schema) || path.length > maxDepth) return []
  const { properties, type } = schema
  const name = schema['x-mcp-header']
  const isNumeric = type === 'integer' || type === 'number'
  const own =
    typeof name === 'string' && path.length > 0 ? [{ header: `mcp-param-${name.toLowerCase()}`, path, isNumeric }] : []
  if (!isRecord(properties)) return own
  return [...own, ...Object.entries(properties).flatMap(([key, child]) => headerParameters(child, [...path, key]))]
}

/** @returns the error -32020 of the first header that is missing, unreadable or says something else than the body. */
export function headerMismatch(
  parameters: readonly HeaderParameter[],
  args: unknown,
  headers: Headers,
): ProtocolError | undefined {
  for (const parameter of parameters) {
    const said = spelled(valueAt(args, parameter.path))
    if (said === undefined) continue
    const fault = faultOf(parameter, said, headers.get(parameter.header))
    if (fault !== undefined) return mismatch(parameter, fault)
  }
  return undefined
}

function faultOf({ isNumeric }: HeaderParameter, said: string, raw: string | null): string | undefined {
  if (raw === null) return 'is missing'
  const value = decoded(raw)
  if (value === undefined) return 'is not Base64 of UTF-8'
  const isSame = isNumeric && decimal.test(value) ? Number(value) === Number(said) : value === said
  return isSame ? undefined : 'says something else than the body'
}

function mismatch({ header, path }: HeaderParameter, fault: string): ProtocolError {
  const message = `Bad Request: the header ${header} of the parameter ${path.join('.')} ${fault}.`
  return new ProtocolError(mismatchCode, message, { mismatch: { header, body: path.join('.') } })
}

/** As a header spells it; undefined for what has no header: absent, null, lists and objects, unsafe integers. */
function spelled(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : String(value)
}

const decimal = /^-?\d+(\.\d+)?$/
const base64Value = /^=\?base64\?((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)\?=$/

/** Text that is no plain ASCII comes as `=?base64?…?=`; undefined when that cannot be read. */
function decoded(value: string): string | undefined {
  if (!(value.startsWith('=?base64?') && value.endsWith('?='))) return value
  const encoded = base64Value.exec(value)?.[1]
  if (encoded === undefined) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64'))
  } catch {
    return undefined
  }
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, key) => (isRecord(node) ? node[key] : undefined), root)
}
