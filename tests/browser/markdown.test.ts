import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  isBrowserMissing,
  startBrowser,
  type TestBrowser,
  type TestDevice,
  type TestWindow,
} from '../support/browser.ts'
import { type MarkdownPage, startMarkdownPage } from '../support/markdown-page.ts'
import { codeSamples } from '../web/markdown/hostile-code.ts'
import { hostileCorpus } from '../web/markdown/hostile-corpus.ts'
import { longTexts } from '../web/markdown/long-texts.ts'
import { markdownText } from '../web/markdown/markdown-text.ts'
import { richText } from '../web/markdown/rich-text.ts'
import { seriousFindings } from './axe.ts'
import { keepFigure } from './figure.ts'
import { markupOf, showTexts, stillMarkup, streamText } from './markdown-in-page.ts'

/** A machine that is busy with other things gets five times as long, except where the promise is measured. */
const patience = process.env['HEARTH_ACCEPT'] === undefined ? 5 : 1

describe.skipIf(isBrowserMissing)('Markdown in a browser, under the policy of the house', () => {
  let served: MarkdownPage
  let browser: TestBrowser
  let device: TestDevice
  let window: TestWindow

  beforeAll(async () => {
    served = await startMarkdownPage()
    browser = await startBrowser()
  }, 120_000)

  afterAll(async () => {
    await browser[Symbol.asyncDispose]()
    await served[Symbol.asyncDispose]()
  })

  beforeEach(async () => {
    device = await browser.device({ width: 800 })
    window = await device.window(served.url)
    return () => device[Symbol.asyncDispose]()
  })

  it('a hostile corpus runs nothing, loads nothing and breaks nothing', async (context) => {
    const { page } = window
    const requests: string[] = []
    page.on('request', (request) => requests.push(new URL(request.url()).pathname))
    await loadTools(page)
    let slowest = { name: '', ms: 0 }
    for (const { name, text } of hostileCorpus) {
      const ms = await durationOf(name, showTexts(page, [text]))
      if (ms > slowest.ms) slowest = { name, ms }
      expect(await strangersOn(window), name).toEqual([])
      expect(await page.evaluate(() => 'harmed' in globalThis), name).toBe(false)
    }
    expect(hostileCorpus.length).toBeGreaterThanOrEqual(150)
    expect(requests.filter((path) => !path.startsWith('/assets/') && path !== '/favicon.svg')).toEqual([])
    expect(window.problems()).toEqual([])
    keepFigure(
      context,
      `${hostileCorpus.length} hostile texts, slowest in ${Math.round(slowest.ms)} ms: ${slowest.name}`,
    )
  }, 240_000)

  it.for(longTexts)(
    '$name stream without a task over 100 ms and end as if shown at once',
    { timeout: 120_000 },
    async ({ text }, context) => {
      const { page } = window
      const { longestTaskMs, frames, markup } = await streamText(page, text, Math.ceil(text.length / 250))
      keepFigure(context, `longest task ${Math.round(longestTaskMs)} ms`)
      expect(frames).toBeGreaterThan(200)
      expect(longestTaskMs).toBeLessThan(100 * patience)
      expect(markup).toBe(await markupOf(page, text))
      expect(window.problems()).toEqual([])
    },
  )

  it('a text in pieces ends as the text at once', async () => {
    const { page } = window
    for (const text of [richText, ...fc.sample(markdownText, { numRuns: 40, seed: 7 })].filter(
      (one) => one.trim() !== '',
    )) {
      await showTexts(page, [text], 7)
      expect(await stillMarkup(page)).toBe(await markupOf(page, text))
    }
    expect(window.problems()).toEqual([])
  }, 120_000)

  it('is busy until the last line is drawn, and while more will come', async () => {
    const seen = await window.page.evaluate(async () => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
      const element = document.createElement('hearth-markdown')
      document.querySelector('main')?.replaceChildren(element)
      Object.assign(element, { text: `${'A line.\n\n'.repeat(40_000)}The end.`, streaming: true })
      const isEndShown = () => element.shadowRoot?.textContent.endsWith('The end.') === true
      while (!isEndShown()) await frame()
      const growing = element.ariaBusy
      Object.assign(element, {
        text: `${element.text}\n\n${'A line.\n\n'.repeat(40_000)}The end, again.`,
        streaming: false,
      })
      await element.updateComplete
      const coming = { busy: element.ariaBusy, isShown: element.shadowRoot?.textContent.endsWith('again.') }
      while (element.ariaBusy !== null) await frame()
      return { growing, coming, isShownAtLast: element.shadowRoot?.textContent.endsWith('The end, again.') }
    })
    expect(seen).toEqual({ growing: 'true', coming: { busy: 'true', isShown: false }, isShownAtLast: true })
  }, 60_000)

  it('what is finished keeps its elements while the text grows', async () => {
    const { page } = window
    await showTexts(page, [richText.slice(0, 900)])
    const kept = await page.evaluate(async (more) => {
      const element = document.querySelector('hearth-markdown')
      const before = [...(element?.shadowRoot?.querySelectorAll('.text > *') ?? [])].slice(0, -1)
      if (element) element.text += more
      await element?.updateComplete
      const after = [...(element?.shadowRoot?.querySelectorAll('.text > *') ?? [])]
      return { count: before.length, same: before.every((child, index) => child === after[index]) }
    }, richText.slice(900))
    expect(kept.count).toBeGreaterThan(3)
    expect(kept.same).toBe(true)
  })

  it('code, formulas and tables become what they are', async () => {
    const markup = await markupOf(window.page, richText)
    expect(markup).toContain('<span class="keyword">')
    expect(markup).toContain('<math')
    expect(markup).toContain('<td class="end">')
    expect(markup).not.toContain('style=')
    expect(markup).not.toContain('annotation')
    expect(window.problems()).toEqual([])
  })

  it('a formula paints over nothing outside its text', async () => {
    const { page } = window
    await markupOf(page, '$\\raisebox{20em}{\\text{Signed out}}$')
    await page.evaluate(() => {
      const other = document.createElement('hearth-markdown')
      other.text = 'Another answer.\n\n'.repeat(40)
      document.querySelector('main')?.prepend(other)
    })
    await page.locator('hearth-markdown mtext').waitFor()
    const look = () =>
      page.evaluate(() => {
        const [other, own] = document.querySelectorAll('hearth-markdown')
        own?.scrollIntoView({ block: 'end' })
        const words = own?.shadowRoot?.querySelector('mtext')?.getBoundingClientRect() ?? new DOMRect()
        const seen = document.elementFromPoint(words.x + words.width / 2, words.y + words.height / 2)
        const area = other?.getBoundingClientRect() ?? new DOMRect()
        return { wordsAreOverTheOther: words.top > area.top && words.bottom < area.bottom, otherIsSeen: seen === other }
      })
    await expect.poll(look, loading).toEqual({ wordsAreOverTheOther: true, otherIsSeen: true })
  })

  it.each([true, false])(
    'a block of code is copied by keyboard, with a clipboard (%s) or without',
    async (isSecure) => {
      const { page } = window
      await page.evaluate((value) => Object.defineProperty(globalThis, 'isSecureContext', { value }), isSecure)
      await showTexts(page, ['```sh\necho "a"  b\n\n\techo c\n```'])
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByRole('button', { name: 'Copied' }).waitFor()
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('echo "a"  b\n\n\techo c\n')
      expect(
        await page.evaluate(() => document.querySelector('hearth-markdown')?.shadowRoot?.activeElement?.localName),
      ).toBe('button')
    },
  )

  it.each(['light', 'dark'] as const)('axe finds nothing serious in it when it is %s', async (colorScheme) => {
    await using other = await browser.device({ width: 360, colorScheme })
    const { page } = await other.window(served.url)
    await markupOf(page, richText)
    expect(await seriousFindings(page)).toEqual([])
  })

  it('a link opens elsewhere and says nothing about where it was', async () => {
    await showTexts(window.page, ['[a](https://a.example/) ![b](https://a.example/b.png)'])
    const links = await window.page.evaluate(() =>
      [...(document.querySelector('hearth-markdown')?.shadowRoot?.querySelectorAll('a') ?? [])].map((link) => [
        link.target,
        link.rel,
        link.textContent,
      ]),
    )
    const rel = 'noopener noreferrer nofollow'
    expect(links).toEqual([
      ['_blank', rel, 'a'],
      ['_blank', rel, 'Picture b'],
    ])
    expect(window.problems()).toEqual([])
  })
})

const loading = { timeout: 20_000 }

/** Until what formulas and code need is loaded, a text that means harm would not come to it. */
async function loadTools(page: Page): Promise<void> {
  const fences = Object.entries(codeSamples).map(([language, code]) => `~~~${language}\n${code}\n~~~\n`)
  await showTexts(page, [`$x$\n\n${fences.join('\n')}`])
  const shown = page.locator('hearth-markdown')
  await expect.poll(() => shown.locator('.formula > math').count(), loading).toBe(1)
  await expect.poll(() => shown.locator('.code:has(.lines > span)').count(), loading).toBe(fences.length)
}

/** Milliseconds until the work is done; it fails by its name when nobody would wait for it. */
async function durationOf(name: string, work: Promise<void>): Promise<number> {
  const startedAt = performance.now()
  const done = new AbortController()
  const late = sleep(3000 * patience, 'late', { signal: done.signal }).catch(() => 'done')
  const end = await Promise.race([work, late])
  done.abort()
  expect(end, `${name} took too long`).not.toBe('late')
  return performance.now() - startedAt
}

/** What this renderer makes; anything else on the page came from a text. */
const known = new Set(
  [
    'div p h3 h4 h5 h6 hr blockquote ul ol li input pre code span button svg rect path table thead tbody tr th td a br strong em',
    'del math mrow mi mn mo ms mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mstyle mpadded mphantom',
    'menclose merror mtable mtr mtd semantics',
    '.text .segment .code .bar .language .copy .copied .icon .lines .whole .inline .formula .display .source .picture .kind .table',
    '.start .center .end .loose .task .keyword .string .number .title .comment .deletion',
    '@class @tabindex @role @aria-label @type @disabled @scope @start @href @target @rel @viewBox @fill @stroke @stroke-width',
    '@stroke-linecap @stroke-linejoin @aria-hidden @focusable @width @height @x @y @rx @ry @d @accent @accentunder @columnalign',
    '@columnspacing @depth @display @displaystyle @fence @form @linethickness @lspace @mathvariant @maxsize @minsize',
    '@movablelimits @notation @rowspacing @rspace @scriptlevel @separator @stretchy @symmetric @voffset',
  ]
    .join(' ')
    .split(' '),
)

/**
 * Elements, classes and attributes on the page that this renderer does not make, addresses no link may have, and characters
 * that turn the direction of a text.
 */
async function strangersOn({ page }: TestWindow): Promise<readonly string[]> {
  const seen = await page.evaluate(() => {
    const elements = [...(document.querySelector('hearth-markdown')?.shadowRoot?.querySelectorAll('*') ?? [])]
    return {
      names: [
        ...new Set(
          elements.flatMap(({ localName, classList, attributes }) => [
            localName,
            ...[...classList].map((name) => `.${name}`),
            ...[...attributes].map(({ name }) => `@${name}`),
          ]),
        ),
      ],
      addresses: elements.flatMap((element) => element.getAttribute('href') ?? []),
      turns: elements.flatMap(({ textContent }) => /[\u202a-\u202e\u2066-\u2069]/.exec(textContent)?.[0] ?? []),
    }
  })
  return [
    ...seen.names.filter((name) => !known.has(name)),
    ...seen.addresses.filter((address) => !/^(?:https?:\/\/|mailto:)/.test(address)),
    ...seen.turns,
  ]
}
