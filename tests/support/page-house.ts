import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { api } from './api.ts'
import { type House, startHouse } from './house.ts'

/** A whole house with the built page, that can be killed and comes back at the same address with what it knew. */
export interface PageHouse extends AsyncDisposable {
  readonly url: string
  readonly adminToken: string
  /** A link that pairs one device to that user; default `admin`. */
  pairLink(user?: string): Promise<string>
  /** SIGKILL: nothing is said to anybody. */
  kill(): Promise<void>
  /** Where it was, with the data it had. */
  restart(): Promise<void>
}

export interface PageHouseOptions {
  /** Pace of the profile `demo`, words a second. Default 40. */
  readonly tokensPerSecond?: number
  /** Words of its answers. Default 120. */
  readonly maxOutputTokens?: number
  /** `mcp` of config.yaml. */
  readonly mcp?: object
  /** A server of Chat Completions, up to and with /v1, and the models asked there: each is a profile of that name. */
  readonly vendor?: { readonly baseUrl: string; readonly models: readonly string[] }
}

export async function startPageHouse(options: PageHouseOptions = {}): Promise<PageHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-page-'))
  const dataDir = join(folder, 'data')
  const config = JSON.stringify(configOf(options))
  let house = await startHouse({ config, dataDir })
  const { url } = house
  const adminToken = await house.adminToken()
  return {
    url,
    adminToken,
    pairLink: async (user = 'admin') => `${url}/#pair=${await pairingCode(house, user)}`,
    kill: async () => {
      const exited = once(house.process, 'exit')
      house.process.kill('SIGKILL')
      await exited
      await house.stop()
    },
    restart: async () => {
      house = await startHouse({ config, dataDir, env: { HEARTH_GATEWAY__PORT: new URL(url).port } })
    },
    [Symbol.asyncDispose]: async () => {
      await house.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function pairingCode(house: House, user: string): Promise<string> {
  const { status, body } = await api(house, 'POST', '/api/v1/pairings', { body: { user } })
  if (status !== 201 || typeof body !== 'object' || body === null || !('code' in body)) {
    throw new Error(`no pairing code: ${status} ${JSON.stringify(body)}`)
  }
  return String(body.code)
}

function configOf({ tokensPerSecond = 40, maxOutputTokens = 120, vendor, mcp }: PageHouseOptions): object {
  const demo = { adapter: 'demo', connection: 'default', model: 'demo' }
  const vendorProfiles = (vendor?.models ?? []).map((model) => {
    const spec = { targets: [{ adapter: 'openai', connection: 'default', model }] }
    return [model, spec] as const
  })
  const connection = vendor && { base_url: vendor.baseUrl, api_key: 'key-of-the-house' }
  return {
    ...(mcp === undefined ? {} : { mcp }),
    adapters: {
      demo: { connections: { default: { tokens_per_second: tokensPerSecond, max_output_tokens: maxOutputTokens } } },
      local: { connections: {} },
      ...(connection === undefined ? {} : { openai: { connections: { default: connection } } }),
    },
    profiles: {
      demo: {
        description: 'Deterministic text and pictures',
        default: true,
        targets: [demo],
        modalities: ['text', 'image'],
        image: demo,
      },
      ...Object.fromEntries(vendorProfiles),
    },
  }
}
