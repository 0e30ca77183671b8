import type { Random } from '../random.ts'

interface Place {
  readonly holder: object
  readonly key: string
}

/** Deeper text is not broken further: walking it would take the stack. */
const deepest = '['.repeat(500)

/** JSON text with one of its values removed, replaced, doubled or made huge; what cannot be parsed stays as it is. */
export function mutateJson(random: Random, text: string): string {
  const value = text.includes(deepest) ? undefined : parsed(text)
  if (typeof value !== 'object' || value === null) return text
  const places = placesOf(value)
  if (places.length === 0) return text
  const { holder, key } = random.pick(places)
  const old: unknown = Reflect.get(holder, key)
  switch (random.int(6)) {
    case 0:
      Reflect.deleteProperty(holder, key)
      return JSON.stringify(value)
    case 1:
      Reflect.set(holder, `${key}_`, old)
      return JSON.stringify(value)
    case 2:
      Reflect.set(holder, key, [old, old])
      return JSON.stringify(value)
    case 3:
      return withRaw(value, { holder, key }, `${JSON.stringify(old)},${JSON.stringify(key)}:${oddRaw(random)}`)
    default:
      return withRaw(value, { holder, key }, typeof old === 'string' ? oddText(random, old) : oddRaw(random))
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function placesOf(holder: object): readonly Place[] {
  return Object.entries(holder).flatMap(([key, value]: [string, unknown]) => [
    { holder, key },
    ...(typeof value === 'object' && value !== null ? placesOf(value) : []),
  ])
}

const mark = '@raw@'

/** Puts text where a value stands; in an array the doubled key becomes a broken element. */
function withRaw(value: object, { holder, key }: Place, raw: string): string {
  Reflect.set(holder, key, mark)
  return JSON.stringify(value).replace(JSON.stringify(mark), () => raw)
}

const oddRaws: readonly string[] = [
  'null',
  'true',
  '0',
  '-1',
  '-0',
  '0.5',
  '1e999',
  '-1e999',
  '9007199254740993',
  '1e308',
  '""',
  '"x"',
  '[]',
  '{}',
  '[null]',
  '{"__proto__":{"type":"x"}}',
  '{"length":{"toString":1,"valueOf":1}}',
  '"\\u0000"',
  '"\\ud83d"',
  '"\\udd25"',
  'NaN',
  'undefined',
  "'x'",
]

function oddRaw(random: Random): string {
  if (random.oneIn(12)) return nested(random.pick([40, 1000, 20_000]))
  if (random.oneIn(60)) return JSON.stringify('x'.repeat(longText(random)))
  return random.pick(oddRaws)
}

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

/** Mostly a few kB; now and then what a line may just have, or more. */
function longText(random: Random): number {
  if (random.oneIn(100)) return 17 * 1024 * 1024
  return random.oneIn(20) ? 1024 * 1024 : 10_000
}

/** The old text with something that is hard to carry in it, or another value. */
function oddText(random: Random, old: string): string {
  const inner = JSON.stringify(old).slice(1, -1)
  const odd = random.pick(['\\ud83d', '\\udd25', '\\ud83d\\udd25', '\\u0000', '🔥', '\\r\\n', '\\n\\n', '\u2028', 'é'])
  switch (random.int(4)) {
    case 0:
      return `"${inner}${odd}"`
    case 1:
      return `"${odd}${inner}"`
    case 2:
      return `"${odd}"`
    default:
      return oddRaw(random)
  }
}
