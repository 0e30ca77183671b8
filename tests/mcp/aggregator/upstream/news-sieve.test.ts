import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BodyTooLarge, MessageCap } from '../../../../services/mcp/aggregator/upstream/http/message-cap.ts'
import { NewsSieve } from '../../../../services/mcp/aggregator/upstream/http/news-sieve.ts'

const changed = (what: string, end: string): string =>
  `event: message${end}data: {"jsonrpc":"2.0","method":"notifications/${what}/list_changed"}${end}${end}`

const ends = ['\n', '\r\n', '\r'] as const
const other = fc.constantFrom(
  ': keepalive\n\n',
  'data: {"jsonrpc":"2.0","id":7,"result":{"text":"notifications/tools/list_changed"}}\n\n',
  'data: {"jsonrpc":"2.0","id":1,"method":"notifications/tools/list_changed"}\n\n',
  'id: 5\ndata: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n',
  `data: {"jsonrpc":"2.0","method":"notifications/message","params":{"data":"${'x'.repeat(3000)}"}}\n\n`,
  'data: no JSON, list_changed"\n\n',
  // Lines that end with CR alone are left to the SDK.
  'data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\r\r',
  'event: message\r\ndata: {"jsonrpc":"2.0","method":"ping","id":3}\r\n\r\n',
)
const news = fc
  .tuple(fc.constantFrom('tools', 'prompts', 'resources'), fc.constantFrom('\n', '\r\n'))
  .map(([what, end]) => changed(what, end))

/** Cut at these places, in thousandths. */
function cut(bytes: Buffer<ArrayBuffer>, cuts: readonly number[]): readonly Buffer<ArrayBuffer>[] {
  const places = [...cuts.map((at) => Math.floor((at * bytes.length) / 1000)).toSorted((a, b) => a - b), bytes.length]
  return places.map((place, index) => bytes.subarray(places[index - 1] ?? 0, place))
}

test('news that a list has changed are told and taken out, wherever the stream is cut; all else passes as it came', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(other, news), { maxLength: 12 }),
      fc.array(fc.nat(1000), { maxLength: 20 }),
      (events, cuts) => {
        let told = 0
        const cap = new MessageCap(1_000_000, true)
        const sieve = new NewsSieve(() => {
          told += 1
        })
        const chunks = cut(Buffer.from(events.join('')), cuts)
        const passed = Buffer.concat(chunks.flatMap((chunk) => sieve.push(chunk, cap.count(chunk)))).toString()
        const isNews = (event: string): boolean => event.startsWith('event: message') && event.includes('/list_changed')
        const kept = events.filter((event) => !isNews(event)).join('')
        expect(told).toBe(events.filter(isNews).length)
        // The second half of a CR LF belongs to the event behind it, where it is an empty line and says nothing.
        expect(passed.replaceAll(/[\r\n]+/g, '\n').trim()).toBe(kept.replaceAll(/[\r\n]+/g, '\n').trim())
      },
    ),
  )
})

test('an event is counted to its empty line, whatever ends its lines, wherever it is cut', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ends), fc.array(fc.nat(1000), { maxLength: 9 }), (end, cuts) => {
      const events = `data: ${'x'.repeat(90)}${end}${end}`.repeat(5)
      const cap = new MessageCap(100, true)
      const chunks = cut(Buffer.from(events), cuts)
      expect(chunks.flatMap((chunk) => cap.count(chunk))).toHaveLength(5)
    }),
  )
})

test('an event that is larger than it may be is refused before it ends', () => {
  const cap = new MessageCap(100, true)
  cap.count(Buffer.from(`data: ${'x'.repeat(80)}`))
  expect(() => cap.count(Buffer.from('x'.repeat(20)))).toThrow(BodyTooLarge)
})
