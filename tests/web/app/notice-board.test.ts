import { describe, expect, it } from 'vitest'
import { clear, elapse, emptyBoard, post, take, undoMs } from '../../../clients/web/src/app/notice-board.ts'

const deletion = (text: string) => ({ text, undo: () => {} })

describe('notices', () => {
  it('what can be undone stays for 10 seconds and then expires, once', () => {
    expect(undoMs).toBe(10_000)
    const [posted] = post(emptyBoard, deletion('gone'))
    const [nearly, early] = elapse(posted, undoMs - 1)
    expect([nearly.shown.length, early]).toEqual([1, []])
    const [over, expired] = elapse(nearly, 1)
    expect(over.shown).toEqual([])
    expect(expired.map(({ text }) => text)).toEqual(['gone'])
    expect(elapse(over, undoMs)[1]).toEqual([])
  })

  it('what was taken back never expires', () => {
    const [posted] = post(emptyBoard, deletion('gone'))
    const [, expired] = elapse(take(posted, 1), undoMs)
    expect(expired).toEqual([])
  })

  it('a fourth makes the oldest that cannot be undone expire at once', () => {
    const full = [deletion('a'), { text: 'b' }, { text: 'c' }].reduce(
      (board, notice) => post(board, notice)[0],
      emptyBoard,
    )
    const [board, expired] = post(full, deletion('d'))
    expect(board.shown.map(({ notice }) => notice.text)).toEqual(['a', 'c', 'd'])
    expect(expired.map(({ text }) => text)).toEqual(['b'])
  })

  it('however many are deleted one after another, each can be taken back for its 10 seconds', () => {
    const texts = ['a', 'b', 'c', 'd', 'e']
    const steps = texts.map((text) => deletion(text))
    const full = steps.reduce((board, notice) => post(board, notice)[0], emptyBoard)
    expect(full.shown.map(({ notice }) => notice.text)).toEqual(texts)
    const [told, none] = post(full, { text: 'f' })
    const [toldAgain, first] = post(told, { text: 'g' })
    expect([none, first.map(({ text }) => text)]).toEqual([[], ['f']])
    expect(toldAgain.shown.map(({ notice }) => notice.text)).toEqual([...texts, 'g'])
  })

  it('leaving the page makes all of them so', () => {
    const [one] = post(emptyBoard, deletion('a'))
    const [two] = post(one, { text: 'b' })
    const [board, expired] = clear(two)
    expect([board.shown, expired.map(({ text }) => text)]).toEqual([[], ['a', 'b']])
  })
})
