import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTokenReader, delayUs, maxTokens, promptOf, shapeOf, tokenBytes, writeToken } from '../../bench/token.ts'

const wireOf = (tokens: readonly { readonly index: number; readonly sentUs: number }[], between: string): Buffer =>
  Buffer.concat(
    tokens.flatMap(({ index, sentUs }) => {
      const bytes = Buffer.alloc(tokenBytes)
      writeToken(bytes, 0, index, sentUs)
      return [bytes, Buffer.from(between)]
    }),
  )

describe('the tokens of the bench', () => {
  it('are found in any wire, however it is cut into reads, alone or joined', () => {
    const tokens = fc.array(fc.record({ index: fc.nat(maxTokens), sentUs: fc.nat(999_999_999) }), {
      minLength: 1,
      maxLength: 20,
    })
    const between = fc.constantFrom('', '"}}]}\n\ndata: {"choices":[{"delta":{"content":"', '"}')
    fc.assert(
      fc.property(tokens, between, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sent, text, cuts) => {
        const wire = wireOf(sent, text)
        const found: { readonly index: number; readonly sentUs: number }[] = []
        const reader = createTokenReader((index, sentUs) => found.push({ index, sentUs }))
        for (let at = 0, cut = 0; at < wire.length; cut += 1) {
          const end = at + (cuts[cut % cuts.length] ?? 1)
          reader.read(wire.subarray(at, end))
          at = end
        }
        expect(found).toEqual(sent)
      }),
    )
  })

  it('that were cut apart by other bytes are an error, not a token', () => {
    const wire = wireOf([{ index: 7, sentUs: 12_345 }], '')
    const torn = Buffer.concat([wire.subarray(0, 8), Buffer.from('"}\n\ndata: {"'), wire.subarray(8)])
    expect(() => createTokenReader(() => undefined).read(torn)).toThrow('cut apart')
  })

  it('tell how long they were on their way, also over the wrap of their clock', () => {
    expect(delayUs(5000, 3_000_007_500)).toBe(2500)
    expect(delayUs(999_999_000, 4_000_000_500)).toBe(1500)
    expect(delayUs(5000, 4999.5)).toBe(-0.5)
  })

  it('are asked for by a prompt that survives any body', () => {
    const shape = { tokens: 500, perSecond: 20 }
    expect(shapeOf(JSON.stringify({ messages: [{ role: 'user', content: promptOf(shape) }] }))).toEqual(shape)
    expect(shapeOf('{}')).toEqual({ tokens: 16, perSecond: 0 })
  })
})
