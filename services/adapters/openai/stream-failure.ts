import type { HearthError } from '../../common/errors/hearth-error.ts'
import { parseUntrusted } from '../../common/parse-untrusted.ts'
import { streamFailureOf } from '../vendor-failure.ts'
import { errorEvent } from './wire-schema.ts'

/** A field of whatever JSON holds. */
const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

/**
 * The kind of an event: what its data says, else what its line says. `error` also where the line alone says so (the `type`
 * in the data is then the error's), and where the data has no type but an `error`.
 */
export function typeOf(value: unknown, line: string): string {
  if (line === 'error') return line
  const type = fieldOf(value, 'type')
  if (typeof type === 'string') return type
  return (fieldOf(value, 'error') ?? undefined) === undefined ? line : 'error'
}

/** What an `error` event, or a response that failed, says about its failure. */
export function failureOfEvent(value: unknown): HearthError {
  const parsed = parseUntrusted(errorEvent, value)
  const { code, type, error } = parsed.success ? parsed.data : {}
  return streamFailureOf([error?.code, code, error?.type, type].map((word) => String(word ?? '')))
}
