import { describe, expect, it } from 'vitest'
import { type Beginning, handedOver } from '../../../services/common/streams/handed-over.ts'

/** A stream of these numbers that says how it was left. */
function numbers(...values: readonly number[]) {
  const left = { returned: 0 }
  const next = values[Symbol.iterator]()
  const stream: AsyncIterableIterator<number, void> = {
    [Symbol.asyncIterator]: () => stream,
    next: async () => {
      const { done, value } = next.next()
      return done === true ? { done, value: undefined } : { done: false, value }
    },
    return: async () => {
      left.returned += 1
      return { done: true, value: undefined }
    },
  }
  return { stream, left }
}

async function* begin(
  first: readonly number[],
  rest: AsyncIterableIterator<number, void> | undefined,
): Beginning<number> {
  for (const value of first) yield value
  return rest
}

describe('a stream that is handed over', () => {
  it('gives what came before, then the rest, as yield* does', async () => {
    expect(await Array.fromAsync(handedOver(begin([1, 2], numbers(3, 4).stream)))).toEqual([1, 2, 3, 4])
  })

  it('ends where nothing is handed over, and stays ended', async () => {
    const stream = handedOver(begin([1], undefined))
    expect(await Array.fromAsync(stream)).toEqual([1])
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('fails as its beginning and as its rest fail', async () => {
    const broken = numbers()
    broken.stream.next = () => Promise.reject(new Error('the rest'))
    await expect(Array.fromAsync(handedOver(begin([1], broken.stream)))).rejects.toThrow('the rest')
    const failing = async function* (): Beginning<number> {
      yield 1
      throw new Error('the beginning')
    }
    await expect(Array.fromAsync(handedOver(failing()))).rejects.toThrow('the beginning')
  })

  it('that is left leaves what it is at: the beginning with its finally, or the rest', async () => {
    let cleaned = 0
    const opening = async function* (): Beginning<number> {
      try {
        yield 1
      } finally {
        cleaned += 1
      }
      return undefined
    }
    for await (const value of handedOver(opening())) if (value === 1) break
    expect(cleaned).toBe(1)
    const { stream, left } = numbers(2, 3)
    for await (const value of handedOver(begin([1], stream))) if (value === 2) break
    expect(left.returned).toBe(1)
  })

  it('that is left while it is opened leaves the rest that comes then', async () => {
    const opened = Promise.withResolvers<void>()
    const { stream, left } = numbers(1)
    const slow = async function* (): Beginning<number> {
      yield 0
      await opened.promise
      return stream
    }
    const handed = handedOver(slow())
    await handed.next()
    const next = handed.next()
    const leaving = handed.return?.()
    opened.resolve()
    await Promise.all([next, leaving])
    expect(left.returned).toBe(1)
  })
})
