import type { House } from './house.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** One REST call with the admin token of the house (or another). */
export async function api(
  house: Pick<House, 'url' | 'adminToken'>,
  method: string,
  path: string,
  options: {
    readonly body?: object
    readonly headers?: Readonly<Record<string, string>>
    readonly token?: string
  } = {},
): Promise<Answer> {
  const token = options.token ?? (await house.adminToken())
  const response = await fetch(`${house.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
}
