import { isText, listOf, orNull, shapeReader } from './read-shape.ts'

/** As the house answers for every list. */
export interface HousePage<Item> {
  readonly data: readonly Item[]
  readonly next_cursor: string | null
}

const pageSize = 200
/** So many pages are read at most: a house that gives a cursor for ever must not hold us up. */
const pagesAtMost = 100

const readAnyPage = shapeReader<HousePage<unknown>>({ data: listOf(() => true), next_cursor: orNull(isText) })

/** @throws HearthFailure `client_protocol` when it is none, or what `readItem` throws. */
export function readPage<Item>(body: unknown, readItem: (item: unknown) => Item): HousePage<Item> {
  const { data, next_cursor } = readAnyPage(body)
  return { data: data.map(readItem), next_cursor }
}

/**
 * All pages of a list, one after the other.
 * @param path without a query. `read` gets it with the one of each page.
 */
export async function* eachPage<Page extends Pick<HousePage<unknown>, 'next_cursor'>>(
  path: string,
  read: (path: string) => Promise<Page>,
): AsyncGenerator<Page> {
  let cursor: string | null = null
  for (let count = 0; count < pagesAtMost; count += 1) {
    const query = new URLSearchParams({ limit: String(pageSize), ...(cursor === null ? {} : { cursor }) })
    const page: Page = await read(`${path}?${query}`)
    yield page
    cursor = page.next_cursor
    if (cursor === null) return
  }
}
