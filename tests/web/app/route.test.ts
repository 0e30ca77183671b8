import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatRoute, parseRoute, type Route } from '../../../clients/web/src/app/route.ts'

const seed = Date.now() % 2 ** 31

describe('route', () => {
  it.each<[string, Route]>([
    ['', { view: 'chat' }],
    ['#/chat', { view: 'chat' }],
    ['#/chat/', { view: 'chat' }],
    ['#/chat/c1', { view: 'chat', conversation: 'c1' }],
    ['#/chat/c1/m2', { view: 'chat', conversation: 'c1', message: 'm2' }],
    ['#/history', { view: 'history' }],
    ['#/servers', { view: 'servers' }],
    ['#/servers/', { view: 'servers' }],
    ['#/servers/memory', { view: 'servers', server: 'memory' }],
    ['#/settings', { view: 'settings' }],
    ['#/pair', { view: 'pair' }],
    ['#pair=ABCD2345', { view: 'pair', code: 'ABCD2345' }],
    ['#/nothing/like/that', { view: 'chat' }],
    ['#/chat/%E0%A4%A', { view: 'chat', conversation: '%E0%A4%A' }],
  ])('%s is read', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route)
  })

  it('a pairing code never stands in an address that is written', () => {
    expect(formatRoute({ view: 'pair', code: 'ABCD2345' })).toBe('#/pair')
  })

  it(`whatever is written is read back (seed ${seed})`, () => {
    const id = fc.string({ unit: 'grapheme', minLength: 1 })
    const routes: fc.Arbitrary<Route> = fc.oneof(
      fc.constantFrom<Route>({ view: 'pair' }, { view: 'history' }, { view: 'settings' }, { view: 'chat' }),
      id.map((conversation) => ({ view: 'chat' as const, conversation })),
      id.map((server) => ({ view: 'servers' as const, server })),
      fc.tuple(id, id).map(([conversation, message]) => ({ view: 'chat' as const, conversation, message })),
    )
    fc.assert(
      fc.property(routes, (route) => {
        expect(parseRoute(formatRoute(route))).toEqual(route)
      }),
      { seed },
    )
  })
})
