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

  it('a fourth makes the oldest expire at once', () => {
    const texts = ['a', 'b', 'c']
    const full = texts.reduce((board, text) => post(board, deletion(text))[0], emptyBoard)
    const [board, expired] = post(full, deletion('d'))
    expect(board.shown.map(({ notice }) => notice.text)).toEqual(['b', 'c', 'd'])
    expect(expired.map(({ text }) => text)).toEqual(['a'])
  })

  it('leaving the page makes all of them so', () => {
    const [one] = post(emptyBoard, deletion('a'))
    const [two] = post(one, { text: 'b' })
    const [board, expired] = clear(two)
    expect([board.shown, expired.map(({ text }) => text)]).toEqual([[], ['a', 'b']])
  })
})
