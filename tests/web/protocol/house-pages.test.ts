import { expect, it } from 'vitest'
import { eachPage, readPage } from '../../../clients/web/src/protocol/house-pages.ts'

it('a list that has no end is read for a hundred pages', async () => {
  const asked: string[] = []
  const read = async (path: string) => {
    asked.push(path)
    // The test would not end either.
    return { next_cursor: asked.length < 1000 ? 'a b' : null }
  }
  const pages = await Array.fromAsync(eachPage('/things', read))
  expect(pages).toHaveLength(100)
  expect(asked.slice(0, 2)).toEqual(['/things?limit=200', '/things?limit=200&cursor=a+b'])
})

it.each([undefined, [], {}, { data: [] }, { data: {}, next_cursor: null }, { data: [], next_cursor: 3 }])(
  '%j is no page of a list',
  (body) => {
    expect(() => readPage(body, (item) => item)).toThrow(expect.objectContaining({ code: 'client_protocol' }))
  },
)
