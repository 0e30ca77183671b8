import { describe, expect, it } from 'vitest'
import { forEachBatch } from '../../../services/common/streams/for-each-batch.ts'

const never = new AbortController().signal

async function* count(to: number, left: { isClosed: boolean } = { isClosed: false }): AsyncGenerator<number, void> {
  try {
    for (let at = 1; at <= to; at += 1) yield at
  } finally {
    left.isClosed = true
  }
}

describe('reading a stream batch by batch', () => {
  it('takes all of them in order and resolves after the last', async () => {
    const seen: number[] = []
    await forEachBatch(count(4), never, (batch) => void seen.push(batch))
    expect(seen).toEqual([1, 2, 3, 4])
  })

  it('asks for no more while the one before is waited for', async () => {
    const gate = Promise.withResolvers<void>()
    const seen: number[] = []
    const reading = forEachBatch(count(2), never, (batch) => {
      seen.push(batch)
      return batch === 1 ? gate.promise : undefined
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen).toEqual([1])
    gate.resolve()
    await reading
    expect(seen).toEqual([1, 2])
  })

  it.each([
    [
      'at once',
      () => {
        throw new Error('no room')
      },
    ],
    ['later', () => Promise.reject(new Error('no room'))],
  ])('fails with what the taker fails with %s, and closes the stream', async (_when, onBatch) => {
    const left = { isClosed: false }
    await expect(forEachBatch(count(3, left), never, onBatch)).rejects.toThrow('no room')
    await new Promise((resolve) => setImmediate(resolve))
    expect(left.isClosed).toBe(true)
  })

  it('is over at the abort, also when the stream does not notice', async () => {
    const stop = new AbortController()
    const deaf: AsyncIterable<number> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) }
    const reading = forEachBatch(deaf, stop.signal, () => undefined)
    stop.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
  })
})
