import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'

export interface ListPage<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | undefined
}

/**
 * One page. The cursor names the last item of the page before, so that a list that changed meanwhile goes on where it was.
 * @throws ProtocolError -32602 for a cursor of nothing that is in the list.
 */
export function pageOfList<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { cursor, size }: { readonly cursor: string | undefined; readonly size: number },
): ListPage<Item> {
  const start = cursor === undefined ? 0 : indexAfter(items, keyOf, cursor)
  const page = items.slice(start, start + size)
  const last = page.at(-1)
  const hasMore = start + size < items.length
  return { items: page, nextCursor: hasMore && last !== undefined ? encode(keyOf(last)) : undefined }
}

function indexAfter<Item>(items: readonly Item[], keyOf: (item: Item) => string, cursor: string): number {
  const key = Buffer.from(cursor, 'base64url').toString()
  const index = items.findIndex((item) => keyOf(item) === key)
  if (index >= 0) return index + 1
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    'This cursor is of no page of the list; list from the start.',
  )
}

const encode = (key: string): string => Buffer.from(key).toString('base64url')
