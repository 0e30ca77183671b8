import type { CDPSession, Page } from 'playwright-core'
import type {} from '../../clients/web/src/markdown/hearth-markdown.ts'

/**
 * Shows each text in an element of its own, in pieces as a model would send it, and goes on when it is still.
 * @param pieceLength when it does not matter, what makes eight pieces of a long text.
 */
export async function showTexts(page: Page, texts: readonly string[], pieceLength?: number): Promise<void> {
  await page.evaluate(
    async (all) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
      for (const { text, step } of all) {
        const element = document.createElement('hearth-markdown')
        document.querySelector('main')?.replaceChildren(element)
        for (let end = step; end < text.length; end += step) {
          Object.assign(element, { text: text.slice(0, end), streaming: true })
          await frame()
        }
        Object.assign(element, { text, streaming: false })
        for (let last = ''; last === '' || last !== element.shadowRoot?.innerHTML; await frame()) {
          last = element.shadowRoot?.innerHTML ?? ''
          await frame()
        }
      }
    },
    texts.map((text) => ({ text, step: pieceLength ?? Math.max(40, Math.ceil(text.length / 8)) })),
  )
}

/** The markup of a text shown at once, when nothing about it moves any more. */
export async function markupOf(page: Page, text: string): Promise<string> {
  await page.evaluate((whole) => {
    const element = document.createElement('hearth-markdown')
    element.text = whole
    document.querySelector('main')?.replaceChildren(element)
  }, text)
  return stillMarkup(page)
}

/** The markup of the element that is shown, once it was the same for a while. */
export function stillMarkup(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const read = () => document.querySelector('hearth-markdown')?.shadowRoot?.innerHTML ?? ''
    for (let last = '', same = 0; ; ) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      same = read() === last ? same + 1 : 0
      last = read()
      if (same === 4 && last !== '') return last
    }
  })
}

export interface Streamed {
  /** How long the longest task of the page held its thread, without what other processes took from it. */
  readonly longestTaskMs: number
  readonly frames: number
  readonly markup: string
}

/** Lets a text grow by so many characters a frame, and measures what holds the page up meanwhile. */
export async function streamText(page: Page, text: string, charactersPerFrame: number): Promise<Streamed> {
  const session = await page.context().newCDPSession(page)
  const readLongest = await traceTasks(session)
  const frames = await page.evaluate(
    async ([whole, rate]) => {
      const element = document.createElement('hearth-markdown')
      document.querySelector('main')?.replaceChildren(element)
      let count = 0
      for (let end = rate; end < whole.length; end += rate) {
        element.streaming = true
        element.text = whole.slice(0, end)
        await new Promise((resolve) => requestAnimationFrame(resolve))
        count += 1
      }
      element.text = whole
      element.streaming = false
      await new Promise((resolve) => setTimeout(resolve, 300))
      return count
    },
    [text, charactersPerFrame] as const,
  )
  const longestTaskMs = await readLongest()
  await session.detach()
  return { longestTaskMs, frames, markup: await stillMarkup(page) }
}

/** Chromium tells for every task how long it took, and how much of that its thread had a processor (`tdur`, in µs). */
async function traceTasks(session: CDPSession): Promise<() => Promise<number>> {
  let longestTaskMs = 0
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value) {
      const { name, tdur } = event as { readonly name?: string; readonly tdur?: number }
      if (name?.endsWith('RunTask') && tdur !== undefined) longestTaskMs = Math.max(longestTaskMs, tdur / 1000)
    }
  })
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel'] },
  })
  return async () => {
    const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
    await session.send('Tracing.end')
    await complete
    if (longestTaskMs === 0) throw new Error('Chromium told of no task: nothing was measured.')
    return longestTaskMs
  }
}
