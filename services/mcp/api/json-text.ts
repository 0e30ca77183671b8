import { HearthError } from '../../common/errors/hearth-error.ts'
import { isDeeperThan } from '../../common/http/json-depth.ts'
import { isPortableText } from '../store/portable-domain.ts'
import { shortPath } from './invalid-request.ts'

/** Nesting of arrays and objects that a body may have. */
export const maxJsonDepth = 32

/**
 * A body as a JSON value in the portable domain: valid UTF-8, at most `maxJsonDepth` deep, strings well-formed and
 * without U+0000, integers within ±2^53, no key that reaches a prototype.
 * @throws HearthError `caller_invalid_request`, with the path of the offending value.
 */
export function parseJsonText(bytes: Uint8Array): unknown {
  if (isDeeperThan(bytes, maxJsonDepth)) throw tooDeep()
  const value = decode(bytes)
  const fault = findFault(value, '')
  if (fault !== undefined) throw refusal(fault)
  return value
}

function decode(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new HearthError('caller_invalid_request', 'The body is not JSON in UTF-8; check its syntax.', { cause })
  }
}

interface Fault {
  readonly path: string
  readonly message: string
}

const poisonedKeys = new Set(['__proto__', 'constructor'])

/** Recurses at most `maxJsonDepth` levels, see `parseJsonText`. */
function findFault(value: unknown, path: string): Fault | undefined {
  if (typeof value === 'string') return isPortableText(value) ? undefined : { path, message: portableTextRule }
  if (typeof value === 'number') return isPortableNumber(value) ? undefined : { path, message: portableNumberRule }
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return firstFault(value.map((item, index) => [item, `${path}[${index}]`] as const))
  const keys = Object.keys(value)
  const wrong = keys.find((key) => poisonedKeys.has(key) || !isPortableText(key))
  if (wrong !== undefined) return { path: childPath(path, wrong), message: 'this key is not allowed; remove it' }
  return firstFault(Object.entries(value).map(([key, item]) => [item, childPath(path, key)] as const))
}

function firstFault(children: readonly (readonly [unknown, string])[]): Fault | undefined {
  for (const [item, path] of children) {
    const fault = findFault(item, path)
    if (fault !== undefined) return fault
  }
  return undefined
}

const portableTextRule = 'text must be well-formed Unicode without U+0000'
const portableNumberRule = 'numbers must be finite, integers within ±2^53'

const isPortableNumber = (value: number): boolean =>
  Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))

/** `limits.max_parallel`, `targets[0]`. */
const childPath = (path: string, key: string): string =>
  path === '' ? key.toWellFormed() : `${path}.${key.toWellFormed()}`

const tooDeep = (): HearthError =>
  new HearthError('caller_invalid_request', `The JSON nests deeper than ${maxJsonDepth} levels; flatten it.`)

function refusal(fault: Fault): HearthError {
  const param = fault.path === '' ? 'body' : shortPath(fault.path)
  return new HearthError('caller_invalid_request', `${param}: ${fault.message}`, { details: { param } })
}
