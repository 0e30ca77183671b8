import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { isBrowserMissing } from '../support/browser.ts'
import {
  answersOf,
  ask,
  ended,
  onlyGrows,
  pairedWindow,
  questionField,
  shownText,
  textPart,
  untilLength,
  watchGrowth,
} from './chat-page.ts'
import { demoAnswer } from './demo-answer.ts'
import { keepFigure } from './figure.ts'
import { setUpPage } from './set-up-page.ts'

/** Of an answer: it grows for 16 s, so that windows opened meanwhile still see it grow on a busy machine. */
const words = 400
/** What Chromium itself says of a server that is not there. */
const unreachable = /net::ERR_|WebSocket connection to|Failed to load resource/

describe.skipIf(isBrowserMissing)('a conversation', () => {
  const setUp = setUpPage({ tokensPerSecond: 25, maxOutputTokens: words })

  it('is whole after the page was loaded again in the middle of an answer', async () => {
    await using device = await setUp.browser.device()
    const { page, problems } = await pairedWindow(device, setUp.house)
    await ask(page, 'Reload me')
    const before = await untilLength(answersOf(page), 30)
    await page.reload()
    const texts = await watchGrowth(answersOf(page))
    expect(before.length).toBeLessThan(demoAnswer('Reload me', words).length)
    expect(texts.at(-1)).toBe(demoAnswer('Reload me', words))
    expect(onlyGrows(texts)).toBe(true)
    expect(texts.length).toBeGreaterThanOrEqual(3)
    expect(problems()).toEqual([])
  })

  it('streams in two windows of one device and on another device, whoever asks', async () => {
    await using device = await setUp.browser.device()
    await using tablet = await setUp.browser.device()
    const first = await pairedWindow(device, setUp.house)
    const third = await pairedWindow(tablet, setUp.house)
    await ask(first.page, 'Seen everywhere')
    await untilLength(answersOf(first.page), 1)
    const address = first.page.url()
    const second = await device.window(address)
    await third.page.goto(address)
    const windows = [first, second, third]
    for (const texts of await Promise.all(windows.map(({ page }) => watchGrowth(answersOf(page))))) {
      expect(texts.at(-1)).toBe(demoAnswer('Seen everywhere', words))
      expect(texts.length).toBeGreaterThanOrEqual(3)
    }
    await ask(third.page, 'And back')
    for (const { page } of windows) await page.getByText('And back', { exact: true }).first().waitFor()
    for (const texts of await Promise.all(windows.map(({ page }) => watchGrowth(answersOf(page).nth(1))))) {
      expect(texts.at(-1)).toBe(demoAnswer('And back', words))
      expect(texts.length).toBeGreaterThanOrEqual(3)
    }
    for (const { problems } of windows) expect(problems()).toEqual([])
  })

  it('is found, renamed and deleted the same on every device at once', async () => {
    await using device = await setUp.browser.device()
    await using tablet = await setUp.browser.device()
    const [first, second] = [await pairedWindow(device, setUp.house), await pairedWindow(tablet, setUp.house)]
    await ask(first.page, 'Wallpaper of the hallway')
    const row = (page: Page, title: string | RegExp) =>
      page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: title })
    await row(second.page, /Wallpaper/).waitFor()
    await ended(answersOf(first.page)).waitFor()
    await second.page.getByRole('searchbox', { name: 'Search conversations' }).fill('hallway')
    await row(second.page, /Wallpaper/).focus()
    await second.page.keyboard.press('F2')
    await second.page.keyboard.type('Paint')
    await second.page.keyboard.press('Enter')
    await row(first.page, /^Paint/).waitFor()
    await row(first.page, /^Paint/).focus()
    await first.page.keyboard.press('Delete')
    await first.page.getByRole('button', { name: 'Undo' }).waitFor()
    await row(second.page, /^Paint/).waitFor({ state: 'detached', timeout: 20_000 })
    expect([...first.problems(), ...second.problems()]).toEqual([])
  })

  it('heals without a reload after the server was killed and started again', async (test) => {
    await using device = await setUp.browser.device()
    const { page, problems } = await pairedWindow(device, setUp.house)
    await page.evaluate(() => document.body.setAttribute('data-same-page', ''))
    await ask(page, 'Before the fall')
    const before = await untilLength(answersOf(page), 30)
    await setUp.house.kill()
    await questionField(page).fill('Written meanwhile')
    await page
      .getByText(/The connection was lost|No answer from the house/)
      .first()
      .waitFor()
    expect(await shownText(textPart(answersOf(page)))).toContain(before)
    await setUp.house.restart()
    const startedAt = performance.now()
    await ended(answersOf(page).first()).waitFor({ timeout: 40_000 })
    const healedMs = performance.now() - startedAt
    expect(await questionField(page).inputValue()).toBe('Written meanwhile')
    await questionField(page).press('Enter')
    const texts = await watchGrowth(answersOf(page).last())
    expect(texts.at(-1)).toBe(demoAnswer('Written meanwhile', words))
    expect(await page.locator('body[data-same-page]').count()).toBe(1)
    keepFigure(test, `${Math.round(healedMs)} ms after the start of the server`)
    expect(problems(unreachable)).toEqual([])
  })
})
