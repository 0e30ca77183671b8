import { HearthError } from '../../common/errors/hearth-error.ts'

/**
 * What every database we support can hold, the same on each: well-formed Unicode without U+0000, integers within
 * ±2^53. Text of a model is mended, so that no answer is ever lost; text of a caller's settings is refused.
 */

const REPLACEMENT = '\uFFFD'

export function isPortableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

/** Lone surrogates and U+0000 become U+FFFD. */
export function toPortableText(text: string): string {
  return isPortableText(text) ? text : text.toWellFormed().replaceAll('\0', REPLACEMENT)
}

/** JSON text of a value made of plain data, every string in it (keys too) mended. */
export function toPortableJson(value: unknown): string {
  return JSON.stringify(mend(value))
}

function mend(value: unknown): unknown {
  if (typeof value === 'string') return toPortableText(value)
  if (Array.isArray(value)) return value.map(mend)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [toPortableText(key), mend(inner)]))
}

/**
 * @param path names the value to the caller, such as `profiles.assistant`.
 * @throws HearthError `caller_invalid_request` with `details.param`, the path of the first field outside the domain.
 */
export function assertPortable(value: unknown, path: string): void {
  if (typeof value === 'string' && !isPortableText(value))
    throw refused(path, 'must be well-formed Unicode without U+0000')
  if (typeof value === 'number' && !isPortableNumber(value)) throw refused(path, 'must be within ±2^53')
  if (Array.isArray(value)) for (const [index, item] of value.entries()) assertPortable(item, `${path}[${index}]`)
  else if (typeof value === 'object' && value !== null) assertPortableObject(value, path)
}

function assertPortableObject(value: object, path: string): void {
  for (const [key, inner] of Object.entries(value)) {
    if (!isPortableText(key)) throw refused(path, 'must have keys of well-formed Unicode without U+0000')
    assertPortable(inner, `${path}.${key}`)
  }
}

function isPortableNumber(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
}

function refused(param: string, rule: string): HearthError {
  return new HearthError('caller_invalid_request', `\`${param}\` ${rule}.`, { details: { param } })
}
