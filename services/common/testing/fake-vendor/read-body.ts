import type { IncomingMessage } from 'node:http'

const bodyLimitBytes = 32 * 1024 * 1024

/** A file of a form. */
export interface FormFile {
  readonly name: string
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/**
 * A request's body: parsed JSON, or the fields of a multipart form; fields that come more than once are lists.
 * Undefined without a body. @throws SyntaxError, TypeError for what is neither.
 */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Uint8Array<ArrayBuffer>>) {
    parts.push(part)
    bytes += part.byteLength
    if (bytes > bodyLimitBytes) throw new Error('body too large')
  }
  if (bytes === 0) return undefined
  const whole = Buffer.concat(parts)
  const type = request.headers['content-type'] ?? ''
  return type.startsWith('multipart/form-data') ? await readForm(whole, type) : JSON.parse(whole.toString('utf8'))
}

async function readForm(body: Buffer<ArrayBuffer>, type: string): Promise<Readonly<Record<string, unknown>>> {
  const form = await new Response(body, { headers: { 'content-type': type } }).formData()
  const fields = await Promise.all(
    [...new Set(form.keys())].map(async (key) => {
      const values = await Promise.all(form.getAll(key).map(fieldValue))
      return [key, values.length === 1 ? values[0] : values] as const
    }),
  )
  return Object.fromEntries(fields)
}

async function fieldValue(value: string | File): Promise<string | FormFile> {
  if (typeof value === 'string') return value
  return { name: value.name, mediaType: value.type, bytes: new Uint8Array(await value.arrayBuffer()) }
}

/** A field of a body that may be anything. */
export const fieldOf = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
