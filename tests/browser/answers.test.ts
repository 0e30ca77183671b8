import { setTimeout as sleep } from 'node:timers/promises'
import type { Locator } from 'playwright-core'
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
  stopButton,
  textPart,
  untilLength,
  watchGrowth,
} from './chat-page.ts'
import { demoAnswer } from './demo-answer.ts'
import { keepFigure } from './figure.ts'
import { setUpPage } from './set-up-page.ts'

describe.skipIf(isBrowserMissing)('the page', () => {
  const setUp = setUpPage()

  it('is entered by a link, which works once and leaves no code behind', async () => {
    await using device = await setUp.browser.device()
    const link = await setUp.house.pairLink()
    const { page, problems } = await device.window(link)
    await page.getByRole('textbox', { name: 'Name of this device' }).fill('Kitchen tablet')
    await page.getByRole('button', { name: 'Pair', exact: true }).click()
    await questionField(page).waitFor()
    expect(page.url()).not.toContain('pair')
    await page.goto(`${setUp.house.url}/#/settings`)
    await page.getByText('Kitchen tablet').waitFor()
    expect(problems()).toEqual([])

    await using other = await setUp.browser.device()
    const second = await other.window(link)
    await second.page.getByRole('button', { name: 'Pair', exact: true }).click()
    await second.page.getByRole('alert').filter({ hasText: 'wrong, used or older than 10 minutes' }).waitFor()
    expect(second.problems(/status of 401/)).toEqual([])
  })

  it('says so when a code is wrong, and takes the right one then', async () => {
    await using device = await setUp.browser.device()
    const { page, problems } = await device.window(setUp.house.url)
    const code = page.getByRole('textbox', { name: 'Code' })
    await code.fill('AAAA-2222')
    await code.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'This code is wrong' }).waitFor()
    await code.fill((await setUp.house.pairLink()).split('=')[1] ?? '')
    await code.press('Enter')
    await questionField(page).waitFor()
    expect(problems(/status of 401/)).toEqual([])
  })

  it('shows the tokens of an answer one by one, in order', async (test) => {
    await using device = await setUp.browser.device()
    const { page, problems } = await pairedWindow(device, setUp.house)
    const question = 'Why is the sky blue?'
    await ask(page, question)
    const texts = await watchGrowth(answersOf(page))
    expect(texts.at(-1)).toBe(demoAnswer(question))
    expect(onlyGrows(texts)).toBe(true)
    expect(texts.length).toBeGreaterThanOrEqual(5)
    keepFigure(test, `${texts.length} steps seen of 120 words`)
    expect(problems()).toEqual([])
  })

  it('stops an answer where Send was, or by Escape, and keeps what came', async () => {
    await using device = await setUp.browser.device()
    const { page, problems } = await pairedWindow(device, setUp.house)
    for (const stop of [() => stopButton(page).click(), () => page.keyboard.press('Escape')]) {
      await page
        .getByRole('button', { name: 'New chat' })
        .or(page.getByRole('link', { name: 'New chat' }))
        .first()
        .click()
      await ask(page, 'Tell me a long story')
      const answer = answersOf(page)
      await untilLength(answer, 20)
      await stop()
      await answer.getByText('Stopped.').waitFor()
      const kept = await shownText(textPart(answer))
      expect(kept.length).toBeGreaterThanOrEqual(20)
      expect(demoAnswer('Tell me a long story').startsWith(kept)).toBe(true)
      expect(kept.length).toBeLessThan(demoAnswer('Tell me a long story').length)
      await sleep(300)
      expect(await shownText(textPart(answer))).toBe(kept)
      await page.getByRole('button', { name: 'Send', exact: true }).waitFor()
    }
    expect(problems()).toEqual([])
  })

  it('sharpens a picture in at least three steps, in one box', async (test) => {
    await using device = await setUp.browser.device()
    const { page, problems } = await pairedWindow(device, setUp.house)
    await page.getByRole('button', { name: 'Draw' }).click()
    await ask(page, 'A red house by the sea')
    const picture = answersOf(page).locator('hearth-picture')
    const { steps, boxes } = await watchSharpening(picture, ended(answersOf(page)))
    expect(steps).toEqual(steps.toSorted((left, right) => left - right))
    expect(steps.length).toBeGreaterThanOrEqual(3)
    expect(boxes.size).toBe(1)
    const shown = picture.getByRole('img', { name: /A red house by the sea/ }).last()
    expect(await shown.evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0))).toBe(512)
    keepFigure(test, `steps ${steps.join(' ')}`)
    expect(problems()).toEqual([])
  })

  it('tells the details of an answer, asks again and edits as new versions', async () => {
    await using device = await setUp.browser.device()
    const { page, problems } = await pairedWindow(device, setUp.house)
    await ask(page, 'First wording')
    const answer = answersOf(page)
    await ended(answer).waitFor()
    await answer.getByRole('button', { name: 'Details' }).click()
    await answer.getByText('tokens/s').waitFor()
    await ended(answer).click()
    await page.getByText('Version 2 of 2').first().waitFor()
    await ended(answer).waitFor()
    await questionField(page).press('ArrowUp')
    await expect.poll(() => questionField(page).inputValue()).toBe('First wording')
    await ask(page, 'Second wording')
    await expect
      .poll(() => shownText(textPart(answersOf(page))), { timeout: 20_000 })
      .toBe(demoAnswer('Second wording'))
    expect(problems()).toEqual([])
  })
})

interface Sharpening {
  /** Versions that were seen, in order. */
  readonly steps: readonly number[]
  /** Sizes that the picture had on the page. */
  readonly boxes: ReadonlySet<string>
}

async function watchSharpening(picture: Locator, end: Locator): Promise<Sharpening> {
  const steps: number[] = []
  const boxes = new Set<string>()
  for (let isOver = false; !isOver; ) {
    isOver = await end.isVisible()
    const step = await stepOf(picture)
    if (step === 0 || step === steps.at(-1)) continue
    steps.push(step)
    const { width, height } = (await picture.boundingBox()) ?? { width: 0, height: 0 }
    boxes.add(`${Math.round(width)}x${Math.round(height)}`)
  }
  return { steps, boxes }
}

/** Which version of the picture is shown; 0: none yet. */
const stepOf = async (picture: Locator): Promise<number> =>
  (await picture.count()) === 0 ? 0 : Number(await picture.getAttribute('data-steps'))
