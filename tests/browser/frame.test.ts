import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { isBrowserMissing } from '../support/browser.ts'
import { answersOf, ask, ended, pairedWindow, questionField } from './chat-page.ts'
import { setUpPage } from './set-up-page.ts'

describe.skipIf(isBrowserMissing)('the frame of the page', () => {
  const setUp = setUpPage({ tokensPerSecond: 2000 })

  it('the list is walked, its menu opened and left, a row renamed, and the focus is never lost', async () => {
    await using device = await setUp.browser.device()
    const { page, problems } = await pairedWindow(device, setUp.house)
    for (const title of ['Alpha', 'Bravo', 'Charlie']) await begin(page, title)
    await row(page, 'Charlie').focus()
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => focused(page)).toBe('Bravo')
    await page.keyboard.press('End')
    await expect.poll(() => focused(page)).toBe('Alpha')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toBe('Rename')
    await page.keyboard.press('Escape')
    await expect.poll(() => focused(page)).toBe('Actions for Alpha')
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toBe('Rename')
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toBe('New title')
    await page.keyboard.type('Delta')
    await page.keyboard.press('Enter')
    await expect.poll(() => row(page, /./).first().textContent()).toMatch(/Delta/)
    expect(await focused(page)).toBe('Delta')
    expect(problems()).toEqual([])
  })

  it('what was deleted can be taken back, and is gone when the page is left before', async () => {
    await using device = await setUp.browser.device()
    const { page, problems } = await pairedWindow(device, setUp.house)
    await begin(page, 'Echo')
    await row(page, 'Echo').focus()
    await page.keyboard.press('Delete')
    await row(page, 'Echo').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await row(page, 'Echo').focus()
    await page.keyboard.press('Delete')
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    await page.goto('about:blank')
    await page.goto(setUp.house.url)
    await questionField(page).waitFor()
    await begin(page, 'Foxtrot')
    await row(page, 'Foxtrot').waitFor()
    await row(page, 'Echo').waitFor({ state: 'detached' })
    expect(problems()).toEqual([])
  })

  it('theme and accent act at once, and are kept when the page is loaded again', async () => {
    await using device = await setUp.browser.device({ colorScheme: 'light' })
    const { page, problems } = await pairedWindow(device, setUp.house)
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    const light = await ground()
    await page.goto(`${setUp.house.url}/#/settings`)
    await page.getByRole('radio', { name: 'Dark' }).focus()
    await page.keyboard.press('Space')
    const dark = await ground()
    expect(dark).not.toBe(light)
    await page.getByRole('slider', { name: 'Accent colour' }).fill('220')
    await page.getByRole('combobox', { name: 'Language' }).selectOption('de')
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
    expect(await ground()).toBe(dark)
    expect(await page.getByRole('slider', { name: 'Akzentfarbe' }).inputValue()).toBe('220')
    expect(problems()).toEqual([])
  })

  it('what is typed right after Ctrl K stands in its field', async () => {
    await using device = await setUp.browser.device()
    const { page, problems } = await pairedWindow(device, setUp.house)
    await page.waitForFunction(() => customElements.get('hearth-quick-find') !== undefined)
    await page.keyboard.press('Control+k')
    await page.keyboard.type('Settings')
    expect(await page.getByRole('dialog', { name: 'Find' }).getByRole('combobox').inputValue()).toBe('Settings')
    expect(await questionField(page).inputValue()).toBe('')
    expect(problems()).toEqual([])
  })

  it('Ctrl K finds what was renamed while it searched', async () => {
    await using device = await setUp.browser.device()
    const { page, problems } = await pairedWindow(device, setUp.house)
    await begin(page, 'Golf')
    const { promise, resolve } = Promise.withResolvers<void>()
    await page.route('**/api/v1/conversations/*', async (route) => {
      if (route.request().method() === 'PATCH') await promise
      await route.continue()
    })
    await row(page, 'Golf').focus()
    await page.keyboard.press('F2')
    await page.keyboard.type('Hotel')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog', { name: 'Find' }).getByRole('combobox').fill('Hotel')
    await page.getByText('Nothing found', { exact: false }).first().waitFor()
    resolve()
    await page.getByRole('option', { name: /Hotel/ }).waitFor()
    expect(problems()).toEqual([])
  })

  it('a pairing link on a device that is in says so, and Ctrl K leads to any view', async () => {
    await using device = await setUp.browser.device()
    const { page, problems } = await pairedWindow(device, setUp.house)
    await page.goto(await setUp.house.pairLink())
    await page.getByText('This device is already paired.').waitFor()
    expect(page.url()).toBe(`${setUp.house.url}/#/chat`)
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: /Find a conversation/ }).fill('sett')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
    expect(problems()).toEqual([])
  })
})

const row = (page: Page, name: string | RegExp) =>
  page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name })

/** A conversation with this title. */
async function begin(page: Page, title: string): Promise<void> {
  await page.getByRole('link', { name: 'New chat' }).first().click()
  await ask(page, title)
  await ended(answersOf(page)).waitFor()
}

/** Label, or text, of what has the focus. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let element = document.activeElement
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
    return (
      element?.getAttribute('aria-label') ??
      element?.querySelector('.name')?.textContent ??
      element?.textContent?.trim() ??
      ''
    )
  })
