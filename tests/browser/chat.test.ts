import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { isBrowserMissing } from '../support/browser.ts'
import { answersOf, ask, ended, pairedWindow, questionField, stopButton } from './chat-page.ts'
import { setUpPage } from './set-up-page.ts'

const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe.skipIf(isBrowserMissing)('what is being written', () => {
  const setUp = setUpPage({ tokensPerSecond: 200, maxOutputTokens: 400 })

  it('stays with its conversation, pictures too, also behind an edit', async () => {
    await using device = await setUp.browser.device()
    const { page, problems } = await pairedWindow(device, setUp.house)
    await ask(page, 'Alpha')
    await ended(answersOf(page)).waitFor()
    const alpha = page.url()
    await attach(page, 'dot.png')
    await questionField(page).fill('What is this?')
    await attached(page, 'dot.png').waitFor()

    await page.getByRole('link', { name: 'New chat' }).first().click()
    await attached(page, 'dot.png').waitFor({ state: 'detached' })
    expect(await questionField(page).inputValue()).toBe('')
    await attach(page, 'other.png')
    await attached(page, 'other.png').waitFor()
    await page.goto(alpha)
    await attached(page, 'dot.png').waitFor()
    expect(await attached(page, 'other.png').count()).toBe(0)

    await page.getByRole('button', { name: 'Edit' }).first().click()
    await expect.poll(() => questionField(page).inputValue()).toBe('Alpha')
    expect(await attached(page, 'dot.png').count()).toBe(0)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await attached(page, 'dot.png').waitFor()
    expect(await questionField(page).inputValue()).toBe('What is this?')
    await questionField(page).press('Enter')
    await page.getByRole('img', { name: 'Picture 1 of the question' }).waitFor()
    await attached(page, 'dot.png').waitFor({ state: 'detached' })
    expect(problems()).toEqual([])
  })

  it('is not sent before the conversation it belongs to is here', async () => {
    await using device = await setUp.browser.device()
    const { page, problems } = await pairedWindow(device, setUp.house)
    await ask(page, 'Bravo')
    await ended(answersOf(page)).waitFor()
    const { promise, resolve } = Promise.withResolvers<void>()
    await page.route('**/messages?*', async (route) => {
      await promise
      await route.continue()
    })
    await page.reload()
    await questionField(page).fill('And then?')
    await questionField(page).press('Enter')
    expect(await questionField(page).inputValue()).toBe('And then?')
    expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true)
    resolve()
    await ended(answersOf(page).first()).waitFor()
    await questionField(page).press('Enter')
    await ended(answersOf(page).nth(1)).waitFor()
    await page.reload()
    await ended(answersOf(page).nth(1)).waitFor()
    expect(await page.getByText(/^Version /).count()).toBe(0)
    expect(problems()).toEqual([])
  })
})

describe.skipIf(isBrowserMissing)('what was asked', () => {
  const setUp = setUpPage({ tokensPerSecond: 200, maxOutputTokens: 1000 })

  it('is not asked again while something else is answered', async () => {
    await using device = await setUp.browser.device()
    const { page, problems } = await pairedWindow(device, setUp.house)
    await ask(page, 'One')
    await ended(answersOf(page)).waitFor()
    const again = ended(answersOf(page).first())
    expect(await again.isDisabled()).toBe(false)
    await ask(page, 'Two')
    await stopButton(page).waitFor()
    await expect.poll(() => again.isDisabled()).toBe(true)
    await stopButton(page).click()
    await expect.poll(() => again.isDisabled()).toBe(false)
    expect(problems()).toEqual([])
  })
})

const attach = (page: Page, name: string): Promise<void> =>
  page.locator('input[type="file"]').setInputFiles({ name, mimeType: 'image/png', buffer: dot })

const attached = (page: Page, name: string) => page.getByRole('button', { name: `Remove ${name}` })
