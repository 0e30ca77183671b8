import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBinaryFrame } from '../../services/common/contracts/protocol/binary-frame.ts'
import { SendQueue } from '../../services/gateway/sending/send-queue.ts'

const header = (blobNo: number) => ({ kind: 2, replayed: false, streamNo: 1, blobNo, sequenceNumber: 0 }) as const

type Push = { readonly lane: string; readonly size: number | null }

const pushes = fc.array(
  fc.record({
    lane: fc.constantFrom('', 'a', 'b', 'c'),
    size: fc.option(fc.constantFrom(0, 1, 65_535, 65_536, 65_537, 200_000)),
  }),
  { maxLength: 40 },
)

/** Takes everything out as the writer does: all text that is free, then one chunk. Texts by value, blobs by number. */
function drain(
  queue: SendQueue,
): readonly { readonly text?: string; readonly blob?: number; readonly last?: boolean }[] {
  const out: { text?: string; blob?: number; last?: boolean }[] = []
  while (!queue.isEmpty) {
    const text = queue.takeText()
    if (text !== undefined) {
      out.push({ text })
      continue
    }
    const chunk = queue.takeChunk()
    if (chunk === undefined) throw new Error('something waits but nothing can go')
    const { header: head } = decodeBinaryFrame(chunk)
    out.push({ blob: head.blobNo, last: head.last })
  }
  return out
}

describe('the order of what waits for a socket', () => {
  it('is FIFO inside each lane, whatever is pushed', () => {
    fc.assert(
      fc.property(pushes, (items: readonly Push[]) => {
        const queue = new SendQueue()
        for (const [index, { lane, size }] of items.entries()) {
          if (size === null) queue.pushText(lane, String(index))
          else queue.pushBlob(lane, { header: header(index), bytes: new Uint8Array(size) })
        }
        const done = drain(queue)
          .filter(({ last }) => last !== false)
          .map(({ text, blob }) => Number(text ?? blob))
        for (const lane of ['', 'a', 'b', 'c']) {
          const inLane = done.filter((index) => items[index]?.lane === lane)
          expect(inLane).toEqual([...inLane].sort((left, right) => left - right))
        }
        expect(done).toHaveLength(items.length)
        expect(queue.textBytes).toBe(0)
      }),
      { seed: 20_261_122 },
    )
  })

  it('lets every text go that no picture of its own lane holds back, before any chunk', () => {
    const queue = new SendQueue()
    queue.pushText('picture', 'announced')
    queue.pushBlob('picture', { header: header(1), bytes: new Uint8Array(150_000) })
    queue.pushText('picture', 'terminal')
    queue.pushText('talk', 'one')
    expect([queue.takeText(), queue.takeText(), queue.takeText()]).toEqual(['announced', 'one', undefined])
    expect(queue.takeChunk()).toHaveLength(65_556)
    queue.pushText('talk', 'two')
    expect(queue.takeText()).toBe('two')
    expect([queue.takeChunk()?.length, queue.takeText(), queue.takeChunk()?.length]).toEqual([
      65_556,
      undefined,
      18_948,
    ])
    expect(queue.takeText()).toBe('terminal')
    expect(queue.isEmpty).toBe(true)
  })

  it('takes chunks of several pictures in turn', () => {
    const queue = new SendQueue()
    for (const [index, lane] of ['a', 'b', 'c'].entries()) {
      queue.pushBlob(lane, { header: header(index), bytes: new Uint8Array(140_000) })
    }
    expect(drain(queue).map(({ blob }) => blob)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2])
  })

  it('sends an empty picture as one last chunk', () => {
    const queue = new SendQueue()
    queue.pushBlob('a', { header: header(1), bytes: new Uint8Array(0) })
    expect(drain(queue)).toEqual([{ blob: 1, last: true }])
  })
})
