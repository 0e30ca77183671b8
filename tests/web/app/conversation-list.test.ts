import { describe, expect, it } from 'vitest'
import { splitSnippet } from '../../../clients/web/src/app/split-snippet.ts'
import type { Conversation } from '../../../clients/web/src/protocol/rest-api.ts'
import { groupByDay } from '../../../clients/web/src/views/chat/list/group-by-day.ts'
import {
  emptyList,
  withConversation,
  withFirstPage,
  withNextPage,
} from '../../../clients/web/src/views/chat/list/list-state.ts'

describe('the groups of the list', () => {
  const now = local(2026, 11, 22, 18)

  it.each([
    ['a minute ago', now - 60_000, 'today'],
    ['the first moment of today', local(2026, 11, 22, 0), 'today'],
    ['the last one of yesterday', local(2026, 11, 22, 0) - 1, 'yesterday'],
    ['the first one of yesterday', local(2026, 11, 21, 0), 'yesterday'],
    ['the day before', local(2026, 11, 21, 0) - 1, 'lastWeek'],
    ['seven days ago', local(2026, 11, 15, 0), 'lastWeek'],
    ['longer ago', local(2026, 11, 15, 0) - 1, 'older'],
    ['tomorrow, by a clock that runs ahead', local(2026, 11, 23, 9), 'today'],
  ])('%s', (_name, updatedAt, group) => {
    expect(groupByDay([conversation('a', updatedAt)], now).map((found) => found.group)).toEqual([group])
  })

  it('yesterday is a calendar day, also over the change of the clocks and of the year', () => {
    expect(groupByDay([conversation('a', local(2026, 10, 24, 1))], local(2026, 10, 25, 23))[0]?.group).toBe('yesterday')
    expect(groupByDay([conversation('a', local(2026, 12, 31, 23))], local(2027, 1, 1, 0))[0]?.group).toBe('yesterday')
  })

  it('keep the order inside, and empty ones are left out', () => {
    const list = [conversation('b', now), conversation('a', now - 1), conversation('c', local(2020, 1, 1, 0))]
    expect(
      groupByDay(list, now).map(({ group, conversations }) => [group, ...conversations.map(({ id }) => id)]),
    ).toEqual([
      ['today', 'b', 'a'],
      ['older', 'c'],
    ])
  })
})

describe('a snippet of the search', () => {
  it.each([
    ['', []],
    ['plain', [{ text: 'plain', found: false }]],
    [
      'a \u0002bread\u0003 b',
      [
        { text: 'a ', found: false },
        { text: 'bread', found: true },
        { text: ' b', found: false },
      ],
    ],
    [
      '\u0002a\u0003\u0002b\u0003',
      [
        { text: 'a', found: true },
        { text: 'b', found: true },
      ],
    ],
    ['\u0002<b>x</b>\u0003', [{ text: '<b>x</b>', found: true }]],
    [
      'cut \u0002off',
      [
        { text: 'cut ', found: false },
        { text: 'off', found: false },
      ],
    ],
    ['off\u0003 cut', [{ text: 'off cut', found: false }]],
  ])('%j', (snippet, pieces) => {
    expect(splitSnippet(snippet)).toEqual(pieces)
  })
})

describe('the state of the list', () => {
  const page = (items: readonly Conversation[], nextCursor?: string) => ({ items, nextCursor })
  const ids = (state: typeof emptyList) => state.conversations.map(({ id }) => id).join('')

  it('a changed conversation takes its place, an older revision of it does not', () => {
    const state = withFirstPage(emptyList, page([conversation('a', 3), conversation('b', 2), conversation('c', 1)]))
    const risen = withConversation(state, { ...conversation('c', 9), revision: 5 })
    expect(ids(risen)).toBe('cab')
    expect(withConversation(risen, { ...conversation('c', 1), revision: 4 })).toBe(risen)
  })

  it('the first page read again keeps what was read after it, without those that are gone', () => {
    const first = withFirstPage(emptyList, page([conversation('a', 9), conversation('b', 8)], '2'))
    const both = withNextPage(first, page([conversation('c', 7), conversation('d', 6)], '4'))
    const again = withFirstPage(both, page([conversation('e', 10), conversation('a', 9)], '2'))
    expect([ids(again), again.nextCursor]).toEqual(['eabcd', '4'])
    const short = withFirstPage(both, page([conversation('a', 9)]))
    expect([ids(short), short.nextCursor]).toEqual(['a', undefined])
  })

  it('pages that overlap show nothing twice', () => {
    const first = withFirstPage(emptyList, page([conversation('a', 9), conversation('b', 8)], '2'))
    expect(ids(withNextPage(first, page([conversation('b', 8), conversation('c', 7)])))).toBe('abc')
  })
})

function local(year: number, month: number, day: number, hour: number): number {
  return new Date(year, month - 1, day, hour).getTime()
}

function conversation(id: string, updatedAt: number): Conversation {
  return { id, title: id, revision: 1, createdAt: updatedAt, updatedAt }
}
