import { z } from 'zod'

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
    const odd = oddMeasureIn({ key: '', value })
    if (odd === undefined) throw thrown
    const issue: z.core.$ZodIssue = { code: 'custom', path: pathOf(odd), message: 'must be a number', input: undefined }
    return { success: false, error: new z.ZodError([issue]) as z.ZodError<z.output<Schema>> }
  }
}

interface Field {
  readonly key: string | number
  readonly value: unknown
  readonly parent?: Field
}

/** Walks without recursion: the value may be deep. */
function oddMeasureIn(root: Field): Field | undefined {
  const open = [root]
  for (let field = open.pop(); field !== undefined; field = open.pop()) {
    if (isOddMeasure(field)) return field
    for (const inner of fieldsOf(field)) open.push(inner)
  }
  return undefined
}

const isOddMeasure = ({ key, value }: Field): boolean => (key === 'length' || key === 'size') && isObject(value)

function fieldsOf(parent: Field): readonly Field[] {
  if (!isObject(parent.value)) return []
  const isList = Array.isArray(parent.value)
  return Object.entries(parent.value).map(([key, value]) => ({ key: isList ? Number(key) : key, value, parent }))
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

function pathOf(field: Field): (string | number)[] {
  const path: (string | number)[] = []
  for (let at = field; at.parent !== undefined; at = at.parent) path.push(at.key)
  return path.reverse()
}
