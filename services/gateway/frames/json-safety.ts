import { isRecord } from '../../common/is-record.ts'
import { findPlace, pathOf } from '../../common/json-place.ts'

/** What is wrong with a parsed JSON value, and where. */
export interface Unsafe {
  /** Such as `input[0].content`. */
  readonly path: string
  readonly message: string
}

/** `['input', 0, 'content']` → `input[0].content`; at most 256 characters, whatever keys a caller invents. */
export function formatPath(path: readonly PropertyKey[]): string {
  const whole = path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? String(part) : `${text}.${String(part)}`
  }, '')
  return whole.length > 256 ? `${whole.slice(0, 255)}…`.toWellFormed() : whole
}

/**
 * The first thing in a JSON value that must not go further: keys that reach a prototype, text that a database cannot
 * keep (U+0000, lone surrogates), numbers that lose their value (integers beyond ±2^53, infinities).
 */
export function findUnsafe(root: unknown): Unsafe | undefined {
  const place = findPlace(root, ({ value }) => faultOf(value) !== undefined)
  const message = faultOf(place?.value)
  return place === undefined || message === undefined ? undefined : { path: formatPath(pathOf(place)), message }
}

const faultOf = (value: unknown): string | undefined => scalarFault(value) ?? keyFault(value)

function scalarFault(value: unknown): string | undefined {
  if (typeof value === 'string') return textFault(value)
  if (typeof value !== 'number') return undefined
  if (!Number.isFinite(value)) return 'must be a finite number'
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? 'must be an integer within ±2^53' : undefined
}

const textFault = (text: string): string | undefined =>
  text.isWellFormed() && !text.includes('\0') ? undefined : 'must be well-formed Unicode without U+0000'

function keyFault(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined
  if (Object.hasOwn(value, '__proto__')) return 'must not have a key __proto__'
  const poisoned = Object.hasOwn(value, 'constructor') && isRecord(value['constructor'])
  if (poisoned && Object.hasOwn(value['constructor'] ?? {}, 'prototype')) return 'must not reach constructor.prototype'
  return Object.keys(value).map(textFault).find(Boolean)
}
