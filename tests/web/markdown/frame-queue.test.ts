import { describe, expect, it } from 'vitest'
import { FrameQueue } from '../../../clients/web/src/markdown/render/frame-queue.ts'

/** Frames and a clock that move when the test says so. */
function createHand() {
  const frames: (() => void)[] = []
  let time = 0
  const queue = new FrameQueue({ requestFrame: (callback) => frames.push(callback), now: () => time })
  return {
    queue,
    take: (ms: number) => {
      time += ms
    },
    nextFrame: () => {
      for (const callback of frames.splice(0)) callback()
    },
    get isIdle() {
      return frames.length === 0
    },
  }
}

describe('the work of a frame', () => {
  it('begins at once while the frame has time left, and goes on in the next when it has not', () => {
    const hand = createHand()
    const done: string[] = []
    const job = (name: string) => () => {
      hand.take(5)
      done.push(name)
      return true
    }
    for (const name of ['a', 'b', 'c', 'd']) hand.queue.soon(job(name))
    expect(done).toEqual(['a', 'b'])
    hand.nextFrame()
    expect(done).toEqual(['a', 'b', 'd', 'c'])
  })

  it('comes back to what was not done, and stops asking for frames when all is', () => {
    const hand = createHand()
    let left = 3
    hand.queue.soon((pass) => {
      while (left > 0 && !pass.isOver()) {
        left -= 1
        hand.take(8)
      }
      return left === 0
    })
    expect(left).toBe(2)
    hand.nextFrame()
    hand.nextFrame()
    expect(left).toBe(0)
    hand.nextFrame()
    expect(hand.isIdle).toBe(true)
  })

  it('leaves what can wait until the rest is done', () => {
    const hand = createHand()
    const done: string[] = []
    hand.queue.later(() => done.push('later') > 0)
    hand.queue.soon(() => {
      done.push('soon')
      return done.length > 1
    })
    hand.nextFrame()
    expect(done).toEqual(['soon', 'soon', 'later'])
  })

  it('forgets what is cancelled', () => {
    const hand = createHand()
    let count = 0
    const job = () => {
      count += 1
      return false
    }
    hand.queue.soon(job)
    hand.queue.cancel(job)
    hand.nextFrame()
    expect(count).toBe(1)
  })
})
