import { z } from 'zod'
import { CliError, serverError } from './cli-error.ts'
import type { HouseAddress } from './house-address.ts'
import { reach } from './reach.ts'

const problem = z.object({ code: z.string(), detail: z.string() })

export interface RestCall<Answer> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Under /api/v1. */
  readonly path: string
  readonly body?: object
  /** What is needed of the answer; more is ignored. */
  readonly answer: z.ZodType<Answer>
}

/** One call of the REST API. @throws CliError */
export async function callRest<Answer>(
  { url, token }: HouseAddress,
  { method, path, body, answer }: RestCall<Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  const response = await reach(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal,
  })
  const content: unknown = response.status === 204 ? null : await response.json().catch(() => undefined)
  if (!response.ok) throw refusal(response.status, content)
  const parsed = answer.safeParse(content)
  if (parsed.success) return parsed.data
  throw new CliError('failed', `${url} does not answer like Hearth; is it one, and of this version?`)
}

const page = z.object({ data: z.array(z.unknown()), next_cursor: z.string().nullable() })

/** So many pages are read at most: a server that gives a cursor for ever must not fill our memory. */
const pagesAtMost = 250

/** All pages of a collection. @param path may have a query. @throws CliError */
export async function listAll<Item>(
  house: HouseAddress,
  path: string,
  item: z.ZodType<Item>,
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const items: Item[] = []
  let cursor: string | null = ''
  for (let count = 0; cursor !== null; count += 1) {
    if (count === pagesAtMost) throw new CliError('failed', `${house.url} gives a list without an end; is it Hearth?`)
    const separator: string = path.includes('?') ? '&' : '?'
    const query: string = `${separator}limit=200${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
    const answer: z.output<typeof page> = await callRest(
      house,
      { method: 'GET', path: path + query, answer: page },
      signal,
    )
    items.push(...z.array(item).parse(answer.data))
    cursor = answer.next_cursor
  }
  return items
}

/** An HTTP status that is no success, with the problem document that came with it. */
export function refusal(status: number, content: unknown): CliError {
  const parsed = problem.safeParse(content)
  if (parsed.success) return serverError(parsed.data.code, parsed.data.detail)
  const exit = status === 401 || status === 403 ? 'denied' : 'failed'
  return new CliError(exit, `The server answered with HTTP ${status}, not like Hearth; check the address.`)
}
