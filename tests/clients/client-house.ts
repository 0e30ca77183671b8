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

/** Adapter and connection behind the profiles `<name>-words` and `<name>-tools`: the same answers over every wire. */
const wires: Readonly<Record<string, string>> = {
  responses: 'adapter: openai, connection: responses',
  messages: 'adapter: anthropic, connection: default',
  ollama: 'adapter: local, connection: ollama',
  'local-server': 'adapter: local, connection: server',
}
export const wireNames = Object.keys(wires)

/** The words of an answer of `words`. */
export const fiveWords = 'w0 w1 w2 w3 w4 '

export async function startClientHouse(): Promise<ClientHouse> {
  const vendor = await startFakeVendor()
  const house = await startHouse({ config: configOf(vendor) }).catch(async (error: unknown) => {
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

function configOf({ baseUrl, rootUrl }: FakeVendor): string {
  const line = (name: string, target: string, model = ''): string =>
    `  ${name}: { targets: [{ ${target}, model: '${model}' }] }`
  // Each delta by itself, however busy the machine is: joining them is tested elsewhere.
  return `gateway: { merge: never }
adapters:
  openai:
    connections:
      default: { base_url: '${baseUrl}', api_key: key-of-the-house }
      responses: { base_url: '${baseUrl}', api_key: key-of-the-house, api: responses }
  anthropic: { connections: { default: { base_url: '${rootUrl}', api_key: key-of-the-house } } }
  local:
    connections:
      ollama: { base_url: '${baseUrl}', flavor: ollama, num_ctx: 8192 }
      server: { base_url: '${baseUrl}' }
  demo: { connections: { default: { tokens_per_second: 1000 } } }
profiles:
${Object.entries(profiles)
  .map(([name, model]) => line(name, 'adapter: openai', model))
  .join('\n')}
${Object.entries(wires)
  .flatMap(([name, target]) => [
    line(`${name}-words`, target, 'fake?tokens=5&reasoning=3'),
    line(`${name}-tools`, target, 'fake?calls=2'),
  ])
  .join('\n')}
  once: { targets: [{ adapter: openai, model: 'fake?tokens=5' }], limits: { requests_per_minute: 1 } }
  painter:
    targets: [{ adapter: openai, model: fake }]
    modalities: [text, image]
    image: { adapter: openai, model: fake }
  demo: { targets: [{ adapter: demo, model: demo }] }
`
}
