import type { PageRequest } from '../../store/store.ts'
import type { Page } from '../../store/views.ts'

/** The largest page there is. */
const PAGE = 200

/** Items of page after page, at most `max`. */
export async function everyPage<Item>(
  read: (page: PageRequest) => Promise<Page<Item>>,
  max: number,
): Promise<readonly Item[]> {
  const items: Item[] = []
  let page = await read({ limit: PAGE })
  items.push(...page.items)
  while (page.nextCursor !== undefined && items.length < max) {
    page = await read({ limit: PAGE, cursor: page.nextCursor })
    items.push(...page.items)
  }
  return items.slice(0, max)
}
