// `node scripts/screenshots.ts [folder]`: what the README shows. A real house, a real Chromium, a model that says a fixed text.
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { answersOf, ask, ended, pairedWindow, questionField } from '../tests/browser/chat-page.ts'
import { startBrowser, type TestBrowser } from '../tests/support/browser.ts'
import { type PageHouse, startPageHouse } from '../tests/support/page-house.ts'
import { startScriptVendor } from '../tests/support/script-vendor.ts'

const sizes = [
  { width: 1440, height: 900 },
  { width: 768, height: 1024 },
  { width: 360, height: 740 },
] as const
const colorSchemes = ['light', 'dark'] as const

const question = 'How does a heat pump work, and what does it cost to run?'

const answer = `A heat pump **moves** heat instead of making it. A little electricity drives a compressor; the heat comes from outside.

1. A cold refrigerant takes up heat outside and evaporates.
2. The compressor presses the vapour together, which makes it hot.
3. Inside it condenses and gives the heat to the heating water.

How much heat one unit of power moves is the coefficient $\\mathrm{COP} = Q / W$:

| Outside | Flow | COP | 10 kWh |
|---:|---:|---:|---:|
| 7 °C | 35 °C | 4.4 | 0.68 € |
| 2 °C | 45 °C | 3.1 | 0.97 € |
| −7 °C | 55 °C | 2.2 | 1.36 € |

For your own numbers:

\`\`\`python
def cost_per_kwh(price: float, cop: float) -> float:
    return price / cop
\`\`\`
`

const earlier = [
  'Three quick dinners and a shopping list',
  'A note to the neighbours about Saturday',
  'Names for a grey cat',
]

async function takePictures(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await using vendor = await startScriptVendor({ assistant: { text: answer, deltaLength: 20, deltasPerSecond: 400 } })
  await using house = await startPageHouse({
    tokensPerSecond: 2000,
    vendor: { baseUrl: vendor.baseUrl, models: ['assistant'] },
  })
  await using browser = await startBrowser()
  const address = await fillHouse(browser, house)
  for (const size of sizes) {
    for (const colorScheme of colorSchemes) {
      await using device = await browser.device({ ...size, colorScheme })
      const { page } = await pairedWindow(device, house)
      await page.goto(address)
      await ended(answersOf(page, 'assistant')).waitFor()
      await questionField(page).blur()
      const path = join(folder, `chat-${size.width}-${colorScheme}.png`)
      await page.screenshot({ path, animations: 'disabled' })
      console.log(path)
    }
  }
}

/** Some conversations, and the one that is shown; its address. */
async function fillHouse(browser: TestBrowser, house: PageHouse): Promise<string> {
  await using device = await browser.device()
  const { page } = await pairedWindow(device, house)
  for (const text of earlier) {
    await begin(page, 'demo', text)
    await ended(answersOf(page)).waitFor()
  }
  await begin(page, 'assistant', question)
  await ended(answersOf(page, 'assistant')).waitFor()
  return page.url()
}

async function begin(page: Page, profile: string, text: string): Promise<void> {
  await page.getByRole('link', { name: 'New chat' }).first().click()
  await page.getByRole('combobox', { name: 'Profile' }).selectOption(profile)
  await ask(page, text)
}

await takePictures(resolve(process.argv[2] ?? 'docs/pictures'))
