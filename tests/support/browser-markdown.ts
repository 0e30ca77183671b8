import type { Page } from 'playwright-core'

/** Shows each text in an element of its own, in pieces as a model would send it, and takes it out again when it is still. */
export async function showTexts(page: Page, texts: readonly string[], pieceLength = 40): Promise<void> {
  await page.evaluate(
    async ([all, length]) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
      for (const text of all) {
        const element = document.createElement('hearth-markdown')
        document.querySelector('main')?.replaceChildren(element)
        const step = Math.max(length, Math.ceil(text.length / 8))
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
    [texts, pieceLength] as const,
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
  /** The longest task of the page meanwhile. */
  readonly longestTaskMs: number
  readonly frames: number
  readonly markup: string
}

/** Lets a text grow by so many characters a frame, and listens for tasks that hold the page up. */
export async function streamText(page: Page, text: string, charactersPerFrame: number): Promise<Streamed> {
  const measured = await page.evaluate(
    async ([whole, rate]) => {
      let longestTaskMs = 0
      const observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longestTaskMs = Math.max(longestTaskMs, duration)
      })
      observer.observe({ type: 'longtask' })
      const element = document.createElement('hearth-markdown')
      document.querySelector('main')?.replaceChildren(element)
      let frames = 0
      for (let end = rate; end < whole.length; end += rate) {
        element.streaming = true
        element.text = whole.slice(0, end)
        await new Promise((resolve) => requestAnimationFrame(resolve))
        frames += 1
      }
      element.text = whole
      element.streaming = false
      await new Promise((resolve) => setTimeout(resolve, 300))
      observer.disconnect()
      return { longestTaskMs, frames }
    },
    [text, charactersPerFrame] as const,
  )
  return { ...measured, markup: await stillMarkup(page) }
}
