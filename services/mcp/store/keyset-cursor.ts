import { z } from 'zod'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { parseUntrusted } from '../../common/parse-untrusted.ts'
import type { PageRequest } from './store.ts'
import type { Page } from './views.ts'

/** The sort key of the last item of a page, opaque to callers. */
function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** @throws HearthError `caller_invalid_request` for a cursor that no page of this collection ended with. */
export function decodeCursor<Key>(schema: z.ZodType<Key>, page: PageRequest): Key | undefined {
  if (page.cursor === undefined) return undefined
  const parsed = parseUntrusted(schema, parseJson(Buffer.from(page.cursor, 'base64url').toString('utf8')))
  if (parsed.success) return parsed.data
  throw new HearthError('caller_invalid_request', '`cursor` is not one of this list; start again without it.', {
    details: { param: 'cursor' },
  })
}

/** A page of `limit` items out of `limit + 1` read: the one too many says that there are more. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  map: { readonly item: (row: Row) => Item; readonly key: (row: Row) => readonly (string | number)[] },
): Page<Item> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const items = shown.map(map.item)
  return rows.length > limit && last !== undefined ? { items, nextCursor: encodeCursor(map.key(last)) } : { items }
}

export const nameCursor = z.tuple([z.string().max(512)])
export const numberCursor = z.tuple([z.int()])
export const timeCursor = z.tuple([z.int(), z.string().max(512)])
export const changeCursor = z.tuple([z.int(), z.string().max(64), z.string().max(512)])

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
