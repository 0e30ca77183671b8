import type { HearthError } from '../../common/errors/hearth-error.ts'
import { streamFailureOf } from '../vendor-failure.ts'
import { errorEvent } from './wire-schema.ts'

/** A field of whatever JSON holds. */
const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

/** The kind of an event: what its data says, else what its line says. */
export function typeOf(value: unknown, otherwise: string): string {
  const type = fieldOf(value, 'type')
  return typeof type === 'string' ? type : otherwise
}

/** What an `error` event, or a response that failed, says about its failure. */
export function failureOfEvent(value: unknown): HearthError {
  const parsed = errorEvent.safeParse(value)
  const { code, error } = parsed.success ? parsed.data : {}
  return streamFailureOf([error?.code, code, error?.type].map((word) => String(word ?? '')))
}
