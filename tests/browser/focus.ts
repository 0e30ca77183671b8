import type { Page } from 'playwright-core'

/** The accessible name of what has the focus, through shadow roots. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let element = document.activeElement
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
    if (element === null || element === document.body) return ''
    const labels = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels : null
    const label = element.getAttribute('aria-label') ?? labels?.[0]?.textContent ?? element.textContent
    return (label ?? '').trim()
  })

/** Presses a key until something of that name has the focus. */
export async function tabTo(page: Page, name: string | RegExp, key = 'Tab'): Promise<void> {
  const passed: string[] = []
  const fits = (text: string): boolean => (typeof name === 'string' ? text === name : name.test(text))
  for (let presses = 0; presses < 60; presses += 1) {
    const at = await focused(page)
    if (fits(at)) return
    passed.push(at)
    await page.keyboard.press(key)
  }
  throw new Error(`${name} was not reached by ${key}; passed: ${passed.join(' · ')}`)
}

/** Stops of Tab that look the same with the focus as without it, on the element and on what is around it. */
export async function unseenStops(page: Page, presses: number): Promise<readonly string[]> {
  const unseen: string[] = []
  for (let press = 0; press < presses; press += 1) {
    await page.keyboard.press('Tab')
    if ((await unseenFocus(page)) === undefined) continue
    // A view that is still being put together may have taken the element away: what is wrong stays wrong.
    await page.waitForTimeout(100)
    const found = await unseenFocus(page)
    if (found !== undefined) unseen.push(found)
  }
  return [...new Set(unseen)]
}

/** What has the focus, if it looks the same without it. */
const unseenFocus = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => {
    let element = document.activeElement
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
    if (!(element instanceof HTMLElement) || element === document.body) return undefined
    const parent = element.parentElement
    const around = [element, parent, parent?.parentElement].filter((each) => each instanceof Element)
    const look = (): string =>
      around
        .map((each) => getComputedStyle(each))
        .map((style) => `${style.outline} ${style.boxShadow} ${style.borderColor} ${style.backgroundColor}`)
        .join('\n')
    const focused = look()
    element.blur()
    const blurred = look()
    element.focus()
    return focused === blurred ? element.outerHTML.slice(0, 120) : undefined
  })
