import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DeviceOptions, isBrowserMissing, startBrowser, type TestBrowser } from '../support/browser.ts'
import { type PageHouse, startPageHouse } from '../support/page-house.ts'
import { type ScriptVendor, startScriptVendor } from '../support/script-vendor.ts'
import { seriousFindings } from './axe.ts'
import { answersOf, ask, ended, pairedWindow, questionField, stopButton } from './chat-page.ts'
import { focused, tabTo, unseenStops } from './focus.ts'
import { longMarkdown } from './long-markdown.ts'

let house: PageHouse
let vendor: ScriptVendor
let browser: TestBrowser

const looks: readonly (DeviceOptions & { readonly name: string })[] = [
  { name: 'light, wide', width: 1440, height: 900, colorScheme: 'light' },
  { name: 'dark, wide', width: 1440, height: 900, colorScheme: 'dark' },
  { name: 'light, on a phone', width: 360, height: 740, colorScheme: 'light' },
  { name: 'dark, on a phone', width: 360, height: 740, colorScheme: 'dark' },
]

describe.skipIf(isBrowserMissing)('the page is for everybody', () => {
  beforeAll(async () => {
    vendor = await startScriptVendor({ rich: { text: longMarkdown(60), deltaLength: 40, deltasPerSecond: 500 } })
    house = await startPageHouse({
      tokensPerSecond: 200,
      // What is looked at while an answer grows takes its time on a busy machine.
      maxOutputTokens: 1000,
      vendor: { baseUrl: vendor.baseUrl, models: ['rich'] },
    })
    browser = await startBrowser()
  })
  afterAll(async () => {
    await browser[Symbol.asyncDispose]()
    await house[Symbol.asyncDispose]()
    await vendor[Symbol.asyncDispose]()
  })

  it.each(looks)('axe finds nothing serious in any view: $name', async ({ name: _, ...look }) => {
    await using device = await browser.device(look)
    const entrance = await device.window(house.url)
    await entrance.page.getByRole('button', { name: 'Pair', exact: true }).waitFor()
    expect(await seriousFindings(entrance.page)).toEqual([])
    await entrance.page.close()

    const { page, problems } = await pairedWindow(device, house)
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('combobox', { name: 'Profile' }).selectOption('rich')
    await ask(page, 'Everything that Markdown has')
    await ended(answersOf(page, 'rich')).waitFor()
    await answersOf(page, 'rich').getByRole('button', { name: 'Details' }).click()
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('combobox', { name: 'Profile' }).selectOption('demo')
    await ask(page, 'One more')
    await stopButton(page).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog', { name: 'Find' }).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    for (const [view, heading] of [
      ['history', 'Conversations'],
      ['settings', 'Settings'],
    ] as const) {
      await page.goto(`${house.url}/#/${view}`)
      await page.getByRole('heading', { name: heading }).first().waitFor()
      expect(await seriousFindings(page)).toEqual([])
    }
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('dialog').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    expect(problems()).toEqual([])
  })

  it('axe sees what is wrong where something is', async () => {
    await using device = await browser.device()
    const { page } = await pairedWindow(device, house)
    await page.getByRole('button', { name: 'Draw' }).evaluate((button) => {
      button.replaceChildren()
      button.removeAttribute('aria-label')
      button.removeAttribute('title')
    })
    expect(await seriousFindings(page)).toEqual([expect.stringMatching(/^button-name: /)])
  })

  it('pairs, asks, stops, finds, renames, changes settings and signs out by keyboard alone', async () => {
    await using device = await browser.device()
    const { page, problems } = await device.window(await house.pairLink())
    await page.getByRole('button', { name: 'Pair', exact: true }).waitFor()
    await tabTo(page, 'Pair')
    await page.keyboard.press('Enter')
    await questionField(page).waitFor()

    await tabTo(page, 'Your question')
    await page.keyboard.type('Written by keyboard')
    await page.keyboard.press('Enter')
    await ended(answersOf(page)).waitFor()
    expect(await focused(page)).toBe('Your question')
    await tabTo(page, 'Details', 'Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByText('tokens/s').waitFor()
    await tabTo(page, 'Your question')
    await page.keyboard.press('ArrowUp')
    await expect.poll(() => questionField(page).inputValue()).toBe('Written by keyboard')
    await page.keyboard.type(' again')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await page.getByText('Stopped.', { exact: true }).waitFor()

    await tabTo(page, /Written by keyboard/)
    await page.keyboard.press('F2')
    await page.keyboard.type('Keys')
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toMatch(/^Keys/)
    await page.keyboard.press('Control+k')
    await page.keyboard.type('Keys')
    await page.getByRole('option', { name: /Keys/ }).waitFor()
    await page.keyboard.press('Escape')

    await tabTo(page, 'Settings')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
    await tabTo(page, 'Sign out')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await tabTo(page, 'Sign out')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Pair this device' }).waitFor()
    expect(problems()).toEqual([])
  })

  it.each([
    ['wide', { width: 1440, height: 900 }],
    ['on a phone', { width: 360, height: 740 }],
  ] as const)('shows where the focus is at every stop of every view, %s', async (_name, size) => {
    await using device = await browser.device(size)
    const { page } = await pairedWindow(device, house)
    await ask(page, 'Where is the focus?')
    await ended(answersOf(page)).waitFor()
    for (const view of [undefined, 'history', 'settings']) {
      if (view !== undefined) await page.goto(`${house.url}/#/${view}`)
      expect(await unseenStops(page, 40)).toEqual([])
    }
  })

  it('moves nothing for who wants less motion', async () => {
    await using device = await browser.device({ reducedMotion: 'reduce' })
    const { page } = await pairedWindow(device, house)
    await ask(page, 'Hold still')
    await stopButton(page).waitFor()
    expect(await moving(page)).toEqual([])
  })

  it('moves something for everybody else, which would be seen', async () => {
    await using device = await browser.device({ reducedMotion: 'no-preference' })
    const { page } = await pairedWindow(device, house)
    await ask(page, 'Move')
    await stopButton(page).waitFor()
    await expect.poll(() => moving(page)).not.toEqual([])
  })

  it('says once that a code has to wait, not every second', async () => {
    await using device = await browser.device()
    const { page } = await device.window(house.url)
    const body = {
      type: 'about:blank',
      title: '',
      status: 429,
      detail: '',
      code: 'policy_rate_limited',
      retryable: true,
    }
    await page.route('**/api/v1/pairings/redeem', (route) => route.fulfill({ status: 429, json: body }))
    await page.getByRole('textbox', { name: 'Code' }).fill('AAAA-2222')
    await page.keyboard.press('Enter')
    const alert = page.getByRole('alert').filter({ hasText: 'Too many wrong codes' })
    const said = await alert.textContent()
    const shown = await page.getByText(/Try again in/).textContent()
    await expect.poll(() => page.getByText(/Try again in/).textContent(), { timeout: 5000 }).not.toBe(shown)
    expect(await alert.textContent()).toBe(said)
    expect(await page.getByText(/Try again in/).getAttribute('aria-hidden')).toBe('true')
  })

  it('shows a focus that cannot be seen as one that is missing', async () => {
    await using device = await browser.device()
    const { page } = await pairedWindow(device, house)
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet()
      sheet.replaceSync('a { outline: none !important; border-color: red !important; box-shadow: none !important }')
      const app = document.querySelector('hearth-app')?.shadowRoot
      if (app) app.adoptedStyleSheets = [...app.adoptedStyleSheets, sheet]
    })
    expect((await unseenStops(page, 10)).join(' ')).toContain('<a')
  })

  it('speaks German, and English, as the browser does', async () => {
    await using device = await browser.device({ locale: 'de-DE' })
    const { page, problems } = await device.window(await house.pairLink())
    await page.getByRole('heading', { name: 'Dieses Gerät koppeln' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
    expect(problems()).toEqual([])
  })
})

/** What moves now and for longer than a frame, in every shadow root: a document does not tell of those inside. */
const moving = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const within = (root: Document | ShadowRoot): readonly Animation[] => [
      ...root.getAnimations(),
      ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot === null ? [] : within(shadowRoot))),
    ]
    return within(document)
      .filter(({ playState, effect }) => playState === 'running' && Number(effect?.getComputedTiming().duration) > 1)
      .map((animation) => (animation instanceof CSSAnimation ? animation.animationName : 'transition'))
  })
