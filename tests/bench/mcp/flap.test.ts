import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flapAt } from '../../../bench/mcp/upstream/flap.ts'

const servers = 300
const flapMs = 10_000

describe('flapping servers', () => {
  it('are there for half of their time, half of them at any moment', () => {
    fc.assert(
      fc.property(fc.nat(600_000), (sinceStartMs) => {
        const up = Array.from({ length: servers }, (_, index) => flapAt({ index, servers, flapMs }, sinceStartMs).isUp)
        const count = up.filter(Boolean).length
        expect(Math.abs(count - servers / 2)).toBeLessThanOrEqual(1)
        expect(flapAt({ index: 1, servers, flapMs }, sinceStartMs).isUp).not.toBe(
          flapAt({ index: 1, servers, flapMs }, sinceStartMs + flapMs / 2).isUp,
        )
      }),
    )
  })

  it('have another catalog in the middle of their time, and when they are there again', () => {
    const at = (sinceStartMs: number): ReturnType<typeof flapAt> => flapAt({ index: 0, servers, flapMs }, sinceStartMs)
    expect(at(0)).toEqual({ isUp: true, version: 0 })
    expect(at(2500)).toEqual({ isUp: true, version: 1 })
    expect(at(5000)).toMatchObject({ isUp: false })
    expect(at(10_000)).toEqual({ isUp: true, version: 4 })
  })

  it('never move without a time', () => {
    expect(flapAt({ index: 5, servers, flapMs: 0 }, 123_456)).toEqual({ isUp: true, version: 0 })
  })
})
