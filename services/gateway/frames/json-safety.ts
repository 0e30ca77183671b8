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
 * keep (U+0000, lone surrogates), numbers that lose their value (integers beyond ±2^53, infinities). Iterative.
 */
export function findUnsafe(root: unknown): Unsafe | undefined {
  const open: { readonly value: unknown; readonly path: readonly PropertyKey[] }[] = [{ value: root, path: [] }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next
    const message = scalarFault(value) ?? keyFault(value)
    if (message !== undefined) return { path: formatPath(path), message }
    // One by one: a call takes only so many arguments, and a list may have more.
    for (const [key, child] of childrenOf(value)) open.push({ value: child, path: [...path, key] })
  }
  return undefined
}

function childrenOf(value: unknown): Iterable<readonly [PropertyKey, unknown]> {
  if (Array.isArray(value)) return value.entries()
  return isRecord(value) ? Object.entries(value) : []
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

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
