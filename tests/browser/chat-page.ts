import type { Locator, Page } from 'playwright-core'
import type { TestDevice, TestWindow } from '../support/browser.ts'
import type { PageHouse } from '../support/page-house.ts'

/** Follows a link of the house and presses its one button; resolves when a question can be written. */
export async function pairedWindow(device: TestDevice, house: PageHouse): Promise<TestWindow> {
  const window = await device.window(await house.pairLink())
  await window.page.getByRole('button', { name: 'Pair', exact: true }).click()
  await questionField(window.page).waitFor()
  return window
}

export const questionField = (page: Page): Locator => page.getByRole('textbox', { name: 'Your question' })

export const stopButton = (page: Page): Locator => page.getByRole('button', { name: 'Stop', exact: true })

/** Types a question and sends it. */
export async function ask(page: Page, text: string): Promise<void> {
  await questionField(page).fill(text)
  await questionField(page).press('Enter')
}

/** The answers of a profile in the conversation that is open. */
export const answersOf = (page: Page, profile = 'demo'): Locator =>
  page.getByRole('article', { name: profile, exact: true })

/** Where the text of an answer stands. */
export const textPart = (answer: Locator): Locator => answer.locator('hearth-markdown')

/** Everything a reader sees in an element, through its shadow roots; empty when it is not there. */
export async function shownText(locator: Locator): Promise<string> {
  const [text = ''] = await locator.evaluateAll((elements) => {
    const read = (node: Node): string => {
      if (node instanceof Text) return node.data
      if (node instanceof HTMLStyleElement) return ''
      const within = node instanceof Element && node.shadowRoot !== null ? node.shadowRoot : node
      return [...within.childNodes].map(read).join('')
    }
    return elements.map(read)
  })
  return text.trim()
}

/** An answer has ended when all of its text is drawn and it can be asked for again. */
export const ended = (answer: Locator): Locator =>
  answer
    .filter({ hasNot: answer.page().locator('hearth-markdown[aria-busy=true]') })
    .getByRole('button', { name: 'Try again' })
    .first()

/** The different texts that an answer had, in order, until it ended; looked at as fast as the browser answers. */
export async function watchGrowth(answer: Locator, timeoutMs = 60_000): Promise<readonly string[]> {
  const texts: string[] = []
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const isOver = await ended(answer).isVisible()
    const text = await shownText(textPart(answer))
    if (text !== '' && text !== texts.at(-1)) texts.push(text)
    if (isOver) return texts
    if (Date.now() > deadline) throw new Error(`the answer did not end in ${timeoutMs} ms; so far: ${texts.at(-1)}`)
  }
}

/** Whether each text only adds to the one before. */
export const onlyGrows = (texts: readonly string[]): boolean =>
  texts.every((text, index) => text.startsWith(texts[index - 1] ?? ''))

/** Waits until an answer has at least so many characters. */
export async function untilLength(answer: Locator, length: number, timeoutMs = 30_000): Promise<string> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const text = await shownText(textPart(answer))
    if (text.length >= length) return text
    if (Date.now() > deadline) throw new Error(`no ${length} characters in ${timeoutMs} ms, only: ${text}`)
  }
}
