import { HearthError } from '../../common/errors/hearth-error.ts'
import type { Aggregator } from '../aggregator/aggregator.ts'
import type { CatalogTool, ToolState } from '../aggregator/catalog.ts'
import type { Page } from '../store/views.ts'

export interface ToolWish {
  readonly q?: string
  readonly server?: string
  readonly state?: ToolState
  /** 1..200. */
  readonly limit: number
  readonly cursor?: string
}

/** Tools that a search ranks; those after them stand by name. */
const rankedAtMost = 200

/**
 * One page of all tools, also of those that are off, wait or are gone: by name, or for `q` the best callable ones first and
 * then all others in which every word stands. A cursor names the last tool of the page before.
 * @throws HearthError `caller_invalid_request` for a cursor of another list.
 */
export function listTools(aggregator: Pick<Aggregator, 'catalog' | 'search'>, wish: ToolWish): Page<CatalogTool> {
  const byName = [...aggregator.catalog().tools.values()].sort(byExposedName)
  const ordered = wish.q === undefined ? byName : found(aggregator, byName, wish.q)
  const fitting = ordered.filter(({ server, state }) => isWished(wish.server, server) && isWished(wish.state, state))
  const start = wish.cursor === undefined ? 0 : startAfter(fitting, readCursor(wish.cursor), wish.q === undefined)
  const items = fitting.slice(start, start + wish.limit)
  const last = items.at(-1)
  if (last === undefined || start + items.length >= fitting.length) return { items }
  return { items, nextCursor: makeCursor(last.exposedName) }
}

const byExposedName = (a: CatalogTool, b: CatalogTool): number => (a.exposedName < b.exposedName ? -1 : 1)

const isWished = (wished: string | undefined, has: string): boolean => wished === undefined || wished === has

function found(
  aggregator: Pick<Aggregator, 'search'>,
  byName: readonly CatalogTool[],
  q: string,
): readonly CatalogTool[] {
  const ranked = aggregator.search(q, { profile: undefined }, rankedAtMost).map(({ tool }) => tool)
  const seen = new Set(ranked.map(({ exposedName }) => exposedName))
  const words = q
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const contains = (tool: CatalogTool): boolean => {
    const text = textOf(tool)
    return words.every((word) => text.includes(word))
  }
  return [...ranked, ...byName.filter((tool) => !seen.has(tool.exposedName) && contains(tool))]
}

const textOf = ({ server, name, exposedName, definition: { title = '', description = '' } }: CatalogTool): string =>
  [server, name, exposedName, title, description].join('\n').toLowerCase()

/** In a list by name a tool that is gone meanwhile leaves its place; found ones have no other order: the list ends. */
function startAfter(tools: readonly CatalogTool[], name: string, isByName: boolean): number {
  const at = tools.findIndex(({ exposedName }) => (isByName ? exposedName > name : exposedName === name))
  if (at === -1) return tools.length
  return isByName ? at : at + 1
}

const makeCursor = (name: string): string => Buffer.from(JSON.stringify([name])).toString('base64url')

function readCursor(cursor: string): string {
  const name = /^\["([A-Za-z0-9_-]+)"\]$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'))?.[1]
  if (name !== undefined) return name
  throw new HearthError('caller_invalid_request', 'cursor: is not one of this list; begin without it.', {
    details: { param: 'cursor' },
  })
}
