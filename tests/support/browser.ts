import { type Browser, type BrowserContext, type ConsoleMessage, chromium, type Page } from 'playwright-core'
import { findBrowser } from '../../scripts/bootstrap/browser.mjs'

/** For `describe.skipIf`: `npm test` says why when there is none. CI must test everything, so there the tests fail. */
export const isBrowserMissing = findBrowser() === undefined && process.env['CI'] === undefined

/** A real Chromium. */
export interface TestBrowser extends AsyncDisposable {
  /** A browser profile of its own: another device, as far as a house can tell. */
  device(options?: DeviceOptions): Promise<TestDevice>
}

export interface DeviceOptions {
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: 'light' | 'dark'
  readonly locale?: string
  readonly reducedMotion?: 'reduce' | 'no-preference'
}

export interface TestDevice extends AsyncDisposable {
  readonly context: BrowserContext
  /** Another window of this device. */
  window(url: string): Promise<TestWindow>
}

export interface TestWindow {
  readonly page: Page
  /**
   * What must not happen in any page: errors on the console, exceptions, violations of the Content-Security-Policy,
   * requests that leave the house. `expected` takes out what a test brought about, such as refused requests.
   */
  problems(expected?: RegExp): readonly string[]
}

/** Background traffic of Chromium itself would look like requests of the page; a sandbox needs rights that CI lacks. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export async function startBrowser(): Promise<TestBrowser> {
  const executablePath = findBrowser()
  if (executablePath === undefined) throw new Error('There is no Chromium or Chrome on PATH.')
  const browser = await chromium.launch({ executablePath, args })
  return {
    device: (options = {}) => openDevice(browser, options),
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

async function openDevice(browser: Browser, options: DeviceOptions): Promise<TestDevice> {
  const { width = 1440, height = 900, colorScheme = 'light', locale = 'en-GB', reducedMotion = 'reduce' } = options
  const viewport = { width, height }
  const context = await browser.newContext({ viewport, colorScheme, locale, reducedMotion })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await context.addInitScript({ content: tellViolations })
  return {
    context,
    window: (url) => openWindow(context, url),
    [Symbol.asyncDispose]: () => context.close(),
  }
}

const tellViolations = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('policy violated: ' + event.violatedDirective + ' by ' + event.blockedURI + ' ' + event.sample))`

async function openWindow(context: BrowserContext, url: string): Promise<TestWindow> {
  const page = await context.newPage()
  const problems: string[] = []
  const house = new URL(url).host
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(describeMessage(message))
  })
  page.on('pageerror', (error) => problems.push(`exception: ${error.stack ?? error.message}`))
  page.on('request', (request) => {
    if (!isOfHouse(request.url(), house)) problems.push(`leaves the house: ${request.url()}`)
  })
  page.on('websocket', (socket) => {
    if (!isOfHouse(socket.url(), house)) problems.push(`leaves the house: ${socket.url()}`)
  })
  await page.goto(url)
  return {
    page,
    problems: (expected) => problems.filter((problem) => expected?.test(problem) !== true),
  }
}

const describeMessage = (message: ConsoleMessage): string =>
  `${message.type()}: ${message.text()} (${message.location().url})`

function isOfHouse(url: string, house: string): boolean {
  const { protocol, host } = new URL(url)
  return protocol === 'blob:' || host === house
}
