import { z } from 'zod'
import { HearthError } from '../errors/hearth-error.ts'
import { parseUntrusted } from '../parse-untrusted.ts'

type Defined<Shape> = { [Key in keyof Shape as undefined extends Shape[Key] ? never : Key]: Shape[Key] } & {
  [Key in keyof Shape as undefined extends Shape[Key] ? Key : never]?: Exclude<Shape[Key], undefined>
}

/** The same object without the keys that are undefined: protobuf's "unset" becomes absence. */
export function dropUndefined<Shape extends object>(value: Shape): Defined<Shape> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<Shape>
}

/** A required submessage or oneof. @throws HearthError `gateway_internal`: the peer is of another version. */
export function present<Value>(value: Value | undefined, field: string): Value {
  if (value === undefined) throw foreign(`"${field}" is missing`)
  return value
}

/** Both directions between a contract's names and an enum of the wire. */
export function enumCodec<Name extends string, Code extends number>(table: Readonly<Record<Name, Code>>) {
  const names = new Map<number, Name>()
  for (const name in table) names.set(table[name], name)
  return {
    encode: (name: Name): Code => table[name],
    decode: (code: number): Name => present(names.get(code), `enum value ${code}`),
  }
}

const jsonObject = z.record(z.string(), z.unknown())

export const parseJsonObject = (json: string): Readonly<Record<string, unknown>> =>
  parseWire(jsonObject, parseJson(json))

/** JSON from a peer. @throws HearthError `gateway_internal`. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw foreign('a JSON field does not parse', cause)
  }
}

/** What a peer sent, by its schema. @throws HearthError `gateway_internal`. */
export function parseWire<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const result = parseUntrusted(schema, value)
  if (result.success) return result.data
  throw foreign('a field does not fit its schema', result.error)
}

const foreign = (what: string, cause?: unknown) =>
  new HearthError(
    'gateway_internal',
    `A peer's message cannot be read (${what}); run one version of Hearth everywhere.`,
    {
      cause,
    },
  )

/** A view without Buffer's methods, so that both ends of a seam see the same type. */
export const plainBytes = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)

export const toBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
