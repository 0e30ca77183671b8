import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSseDecoder, type SseEvent, SseParser, sseLimitChars } from '../../../services/adapters/sse-reader.ts'
import { framesOf } from '../../support/frames-of.ts'

const encoder = new TextEncoder()

async function* pieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  let start = 0
  for (const end of ends) {
    yield bytes.subarray(start, end)
    start = end
  }
}

const readAll = async (source: AsyncIterable<Uint8Array>): Promise<readonly SseEvent[]> => {
  const events: SseEvent[] = []
  for await (const batch of framesOf(createSseDecoder(), source)) events.push(...batch)
  return events
}

const read = (text: string | Uint8Array, cuts: readonly number[] = []) =>
  readAll(pieces(typeof text === 'string' ? encoder.encode(text) : text, cuts))

const message = (data: string): SseEvent => ({ type: 'message', data })

describe('server-sent events', () => {
  test('fields, comments, several data lines and event names are read as the standard says', async () => {
    const events = await read(
      ': hello\n\ndata: a\ndata:b\ndata:  c\n\nevent: error\ndata: d\nid: 1\nretry: 5\n\nevent: lost\n\ndata\n\ndata: last',
    )
    expect(events).toEqual([message('a\nb\n c'), { type: 'error', data: 'd' }, message('')])
  })

  test('LF, CR and CR LF end lines, also when a read ends between CR and LF', async () => {
    expect(await read('data: a\r\n\r\ndata: b\r\rdata: c\n\n')).toEqual([message('a'), message('b'), message('c')])
    const text = 'data: a\r\ndata: b\r\n\r\n'
    for (let cut = 0; cut <= text.length; cut++) expect(await read(text, [cut])).toEqual([message('a\nb')])
  })

  test('a byte order mark is skipped at the start only', async () => {
    expect(await read('\uFEFFdata: \uFEFFa\n\n')).toEqual([message('\uFEFFa')])
  })

  test('invalid UTF-8 becomes U+FFFD wherever the reads end', async () => {
    const bytes = Uint8Array.from([...encoder.encode('data: '), 0xf0, 0x9f, 0x41, 0xff, ...encoder.encode('é\n\n')])
    for (let cut = 0; cut <= bytes.length; cut++) expect(await read(bytes, [cut])).toEqual([message('\uFFFDA\uFFFDé')])
  })

  test('there is one batch per read, empty when nothing was completed', async () => {
    const sizes: number[] = []
    const source = (async function* () {
      for (const text of [': ping\n\n', 'data: a\n\ndata: b\n\n', 'data', ': c\n\n']) yield encoder.encode(text)
    })()
    for await (const batch of framesOf(createSseDecoder(), source)) sizes.push(batch.length)
    expect(sizes).toEqual([0, 2, 0, 1])
  })

  test('any cut of any byte stream gives the same events as the whole', async () => {
    const alphabet = fc.constantFrom('data', ':', ' ', '\r', '\n', '\n\n', 'event', 'x', 'é', '😀', '\uFEFF', ': c')
    const line = fc.array(alphabet, { maxLength: 40 }).map((parts) => encoder.encode(parts.join('')))
    const raw = fc.uint8Array({ maxLength: 12 })
    const stream = fc.array(fc.oneof(line, raw), { maxLength: 6 }).map((parts) => Buffer.concat(parts))
    await fc.assert(
      fc.asyncProperty(stream, fc.array(fc.nat(300), { maxLength: 20 }), async (bytes, cuts) => {
        expect(await read(bytes, cuts)).toEqual(await read(bytes))
      }),
      { numRuns: 1000 },
    )
  })

  test('a line of 1 MB passes, also byte by byte, in linear time', async () => {
    const parse = (length: number): number => {
      const parser = new SseParser()
      const started = performance.now()
      for (const character of `data: ${'x'.repeat(length)}\n`) parser.push(character)
      const [event] = parser.push('\n')
      expect(event?.data.length).toBe(length)
      return performance.now() - started
    }
    parse(100_000)
    const small = parse(100_000)
    expect(parse(1_000_000)).toBeLessThan(50 * small + 500)
  })

  test('a line over 16 MiB is provider_stream_error, after the events before it', async () => {
    const megabyte = encoder.encode('x'.repeat(1024 * 1024))
    async function* source(): AsyncGenerator<Uint8Array> {
      yield encoder.encode('data: a\n\ndata: ')
      for (let count = 0; count < 17; count++) yield megabyte
      yield encoder.encode('\n\n')
    }
    const seen: SseEvent[] = []
    const reading = (async () => {
      for await (const batch of framesOf(createSseDecoder(), source())) seen.push(...batch)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'provider_stream_error' })
    expect(seen).toEqual([message('a')])
  })

  test('an event of many lines is bound like one line', () => {
    const parser = new SseParser()
    const line = `data: ${'x'.repeat(1024 * 1024)}\n`
    for (let count = 0; count < 17; count++) parser.push(line)
    expect(parser.isTooLong).toBe(true)
    expect(new SseParser().push(`data: ${'x'.repeat(sseLimitChars)}\n\n`)).toEqual([])
  })
})
