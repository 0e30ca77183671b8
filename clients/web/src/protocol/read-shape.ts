import { HearthFailure, notUnderstood } from './hearth-failure.ts'

type Check = (value: unknown) => boolean

export const isText: Check = (value) => typeof value === 'string'
export const isNumber: Check = (value) => typeof value === 'number'
export const isFlag: Check = (value) => typeof value === 'boolean'
/** A JSON object. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)

/** Absent, or null, or so. */
export const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null || check(value)

export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)

export const isOneOf =
  (values: readonly string[]): Check =>
  (value) =>
    values.some((one) => one === value)

/** An object with these fields; it may have more. */
export const hasFields =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isRecord(value) && Object.entries(fields).every(([name, check]) => check(value[name]))

/**
 * Reads what the house answered, where it comes in: after it everything has the shape that its type says.
 * @param fields of `Shape`, each that is needed. The reader throws HearthFailure `client_protocol` for anything else.
 */
export function shapeReader<Shape>(fields: Readonly<Record<string, Check>>): (body: unknown) => Shape {
  const hasShape = hasFields(fields)
  const isShape = (body: unknown): body is Shape => hasShape(body)
  return (body) => {
    if (isShape(body)) return body
    throw new HearthFailure(notUnderstood())
  }
}
