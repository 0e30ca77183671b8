import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assertPortable,
  isPortableText,
  toPortableJson,
  toPortableText,
} from '../../../services/mcp/store/portable-domain.ts'
import { never, openTestStore } from './open-test-store.ts'

/** Text as a hostile caller writes it: any code units, lone surrogates and U+0000 often. */
const hostileText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\0', '\uD800', '\uDC00', '\uDBFF', '\uFFFF', '\u2028', '"', '\\', "'", '🏠'),
    fc.integer({ min: 0, max: 0xff_ff }).map((unit) => String.fromCharCode(unit)),
  ),
})

const seeded = { seed: Date.now() % 2_147_483_647, verbose: fc.VerbosityLevel.Verbose }

describe('the portable domain', () => {
  it('mended text is portable, of the same length, and portable text is left alone', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const mended = toPortableText(text)
        expect(isPortableText(mended)).toBe(true)
        expect(mended.length).toBe(text.length)
        expect(toPortableText(mended)).toBe(mended)
        if (isPortableText(text)) expect(mended).toBe(text)
      }),
      seeded,
    )
  })

  it('what SQLite is given comes back unchanged, once it is portable', async () => {
    await using opened = await openTestStore()
    const { history } = opened.store
    await fc.assert(
      fc.asyncProperty(fc.uuid(), hostileText, hostileText, async (runId, text, output) => {
        const parts = [
          { type: 'text', text },
          { type: 'tool_output', callId: text, output },
        ] as const
        const first = await history.open(
          { runId, owner: 'user:anna', title: text, input: [{ role: 'user', parts }] },
          never,
        )
        const { past } = await history.open(
          { runId: `${runId}-2`, owner: 'user:anna', title: '', conversation: first.conversation, input: [] },
          never,
        )
        expect(past[0]?.parts).toEqual([
          { type: 'text', text: toPortableText(text) },
          { type: 'tool_output', callId: toPortableText(text), output: toPortableText(output) },
        ])
      }),
      { ...seeded, numRuns: 50 },
    )
  })

  it('JSON holds only mended strings, keys included', () => {
    fc.assert(
      fc.property(fc.dictionary(hostileText, fc.oneof(hostileText, fc.array(hostileText))), (value) => {
        const read: unknown = JSON.parse(toPortableJson(value))
        expect(() => assertPortable(read, 'read')).not.toThrow()
        expect(toPortableJson(value)).not.toMatch(/\\u0000|\\ud[89a-f]/i)
      }),
      seeded,
    )
  })

  it('assert refuses exactly what is not portable, wherever it is', () => {
    fc.assert(
      fc.property(fc.array(hostileText, { minLength: 1 }), (texts) => {
        const check = (): void => assertPortable({ list: [{ texts }] }, 'spec')
        if (texts.every(isPortableText)) expect(check).not.toThrow()
        else expect(check).toThrow(/^`spec\.list\[0\]\.texts\[\d+\]` must be well-formed/)
      }),
      seeded,
    )
  })

  it.each([2 ** 53, -(2 ** 53), 1e300, Infinity, -Infinity, Number.NaN])('the number %s is refused', (value) => {
    expect(() => assertPortable({ seed: value }, 'spec')).toThrow('`spec.seed` must be within ±2^53.')
  })

  it.each([2 ** 53 - 1, -(2 ** 53) + 1, 0.1, 0, -1.5e-300])('the number %s is taken', (value) => {
    expect(() => assertPortable({ seed: value }, 'spec')).not.toThrow()
  })
})
