import { type FakeVendor, startFakeVendor } from '../../services/common/testing/fake-vendor/fake-vendor.ts'
import { type House, startHouse } from '../support/house.ts'

/** A whole Hearth process before a fake vendor, as official clients meet it. What happens is chosen by the model's name. */
export interface ClientHouse extends AsyncDisposable {
  /** Up to and with /v1. */
  readonly baseUrl: string
  readonly token: string
  readonly vendor: FakeVendor
}

/** Profile → what its model does at the fake vendor. */
const profiles: Readonly<Record<string, string>> = {
  words: 'fake?tokens=5',
  thinker: 'fake?tokens=5&reasoning=3',
  'tool-user': 'fake?calls=2',
  refuser: 'fake?refusal=3',
  'too-long': 'status:400?code=context_length_exceeded',
  limited: 'status:429?retry_after=2',
  cut: 'fault:end-without-terminator',
  slow: 'fake?tokens=5000&pace_ms=20',
}

/** The words of an answer of `words`. */
export const fiveWords = 'w0 w1 w2 w3 w4 '

export async function startClientHouse(): Promise<ClientHouse> {
  const vendor = await startFakeVendor()
  const house = await startHouse({ config: configOf(vendor.baseUrl) }).catch(async (error: unknown) => {
    await vendor.stop()
    throw error
  })
  return { ...(await addressOf(house)), vendor, [Symbol.asyncDispose]: () => stopBoth(house, vendor) }
}

const addressOf = async (house: House) => ({ baseUrl: `${house.url}/v1`, token: await house.adminToken() })

async function stopBoth(house: House, vendor: FakeVendor): Promise<void> {
  await house.stop()
  await vendor.stop()
}

function configOf(baseUrl: string): string {
  const texts = Object.entries(profiles).map(
    ([name, model]) => `  ${name}: { targets: [{ adapter: openai, model: '${model}' }] }`,
  )
  return `adapters:
  openai: { connections: { default: { base_url: '${baseUrl}', api_key: key-of-the-house } } }
  demo: { connections: { default: { tokens_per_second: 1000 } } }
profiles:
${texts.join('\n')}
  painter:
    targets: [{ adapter: openai, model: fake }]
    modalities: [text, image]
    image: { adapter: openai, model: fake }
  demo: { targets: [{ adapter: demo, model: demo }] }
`
}
