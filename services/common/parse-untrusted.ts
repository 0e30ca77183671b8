import { z } from 'zod'
import { findPlace, type JsonPlace, pathOf } from './json-place.ts'

/**
 * `schema.safeParse`, which throws for nothing that JSON can hold. zod compares the `length` (or `size`) of whatever stands
 * where a bounded text or list should be; an object there that cannot be compared makes zod 4.6.7 throw a TypeError:
 * `{"length": {"valueOf": 1, "toString": 1}}`. Here that is an issue like any other. Defects of a schema are still thrown.
 */
export function parseUntrusted<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.ZodSafeParseResult<z.output<Schema>> {
  try {
    return schema.safeParse(value)
  } catch (thrown) {
    const odd = findPlace(value, isOddMeasure)
    if (odd === undefined) throw thrown
    const issue: z.core.$ZodIssue = { code: 'custom', path: pathOf(odd), message: 'must be a number', input: undefined }
    return { success: false, error: new z.ZodError([issue]) as z.ZodError<z.output<Schema>> }
  }
}

const isOddMeasure = ({ value, at }: JsonPlace): boolean =>
  (at?.key === 'length' || at?.key === 'size') && typeof value === 'object' && value !== null
