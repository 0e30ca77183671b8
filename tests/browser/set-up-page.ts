import { afterAll, beforeAll } from 'vitest'
import { startBrowser, type TestBrowser } from '../support/browser.ts'
import { type PageHouse, type PageHouseOptions, startPageHouse } from '../support/page-house.ts'

/** One browser and one house for all tests of a block; there from its first test on. */
export interface PageSetUp {
  readonly browser: TestBrowser
  readonly house: PageHouse
}

export function setUpPage(options: PageHouseOptions = {}): PageSetUp {
  let started: PageSetUp | undefined
  const get = (): PageSetUp => {
    if (started === undefined) throw new Error('the browser and the house are there only while tests run')
    return started
  }
  beforeAll(async () => {
    const [browser, house] = await Promise.all([startBrowser(), startPageHouse(options)])
    started = { browser, house }
  })
  afterAll(async () => {
    await started?.browser[Symbol.asyncDispose]()
    await started?.house[Symbol.asyncDispose]()
  })
  return {
    get browser() {
      return get().browser
    },
    get house() {
      return get().house
    },
  }
}
