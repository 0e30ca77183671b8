import { describe, expect, it } from 'vitest'
import { stepFollowing } from '../../../clients/web/src/views/chat/step-following.ts'

const at = (top: number, height = 1000) => ({ top, height, windowHeight: 400 })

describe('following the end', () => {
  it('ends with a way up of the reader, however short', () => {
    expect(stepFollowing(true, { before: at(600), place: at(590), hadInput: false })).toBe(false)
    expect(stepFollowing(true, { before: at(600), place: at(590, 1100), hadInput: true })).toBe(false)
  })

  it('goes on when the page grows, or moves up because something got shorter', () => {
    expect(stepFollowing(true, { before: at(600), place: at(600, 1300), hadInput: true })).toBe(true)
    expect(stepFollowing(true, { before: at(600), place: at(500, 1100), hadInput: false })).toBe(true)
    expect(stepFollowing(true, { before: at(600), place: at(500, 900), hadInput: true })).toBe(true)
  })

  it('begins again near the end, not on the way up to it', () => {
    expect(stepFollowing(false, { before: at(300), place: at(570), hadInput: true })).toBe(true)
    expect(stepFollowing(false, { before: at(300), place: at(500), hadInput: true })).toBe(false)
    expect(stepFollowing(false, { before: at(590), place: at(570), hadInput: true })).toBe(false)
  })
})
