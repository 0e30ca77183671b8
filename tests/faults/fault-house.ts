import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../services/common/config/load-config.ts'
import { Lifecycle } from '../../services/common/lifecycle/lifecycle.ts'
import type { FakeVendor } from '../../services/common/testing/fake-vendor/fake-vendor.ts'
import { composeHouse } from '../../services/composition/house.ts'
import { parseRoles } from '../../services/composition/roles.ts'
import { never, quiet } from '../support/run-fixtures.ts'
import type { Vendor } from './fault-cells.ts'

/** A profile of one target at the fake vendor. */
export interface FaultProfile {
  readonly name: string
  readonly vendor: Vendor
  readonly model: string
  /** Of the profile, beside its target: `timeouts`, `detach_ttl_seconds`. */
  readonly spec: object
}

/** Where a house is and who may ask it. */
export interface HouseAddress {
  readonly url: string
  readonly token: string
}

/** A whole house in this process. */
export interface FaultHouse extends HouseAddress, AsyncDisposable {}

/** What must never be seen by a caller. */
export const vendorKey = 'sk-vendor-key-of-the-tests'

const targets: Readonly<Record<Vendor, { readonly adapter: string; readonly connection: string }>> = {
  'openai-chat': { adapter: 'openai', connection: 'chat' },
  'openai-responses': { adapter: 'openai', connection: 'responses' },
  anthropic: { adapter: 'anthropic', connection: 'default' },
  'local-server': { adapter: 'local', connection: 'server' },
  'local-llamacpp': { adapter: 'local', connection: 'llamacpp' },
  'local-ollama': { adapter: 'local', connection: 'ollama' },
}

/** config.yaml of a house whose connections all lead to the fake vendor. */
export function faultConfig({ baseUrl, rootUrl }: FakeVendor, profiles: readonly FaultProfile[]): string {
  const shared = { base_url: baseUrl, api_key: vendorKey }
  const connections = {
    openai: { chat: { ...shared, api: 'chat' }, responses: { ...shared, api: 'responses' } },
    anthropic: { default: { base_url: rootUrl, api_key: vendorKey } },
    local: {
      server: { base_url: baseUrl, flavor: 'openai' },
      llamacpp: { base_url: baseUrl, flavor: 'llamacpp' },
      ollama: { base_url: baseUrl, flavor: 'ollama', num_ctx: 2048 },
    },
  }
  return JSON.stringify({
    gateway: { port: 0 },
    operations: { port: 0 },
    adapters: Object.fromEntries(Object.entries(connections).map(([name, each]) => [name, { connections: each }])),
    profiles: Object.fromEntries(
      profiles.map(({ name, vendor, model, spec }) => [name, { targets: [{ ...targets[vendor], model }], ...spec }]),
    ),
  })
}

export async function startFaultHouse(config: string): Promise<FaultHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-faults-'))
  const file = join(folder, 'config.yaml')
  await writeFile(file, config)
  const dataDir = join(folder, 'data')
  const facts = new Map<string, string>()
  const house = await composeHouse({
    loaded: loadConfig({ env: { HEARTH_CONFIG: file, HEARTH_DATA_DIR: dataDir }, cwd: folder }),
    roles: parseRoles([]),
    log: quiet,
    version: 'test',
    tell: (label, value) => void facts.set(label, value),
  })
  const lifecycle = new Lifecycle(house.parts, quiet)
  await lifecycle.start(never)
  await house.readiness.whenReady(AbortSignal.timeout(20_000))
  return {
    url: facts.get('address') ?? '',
    token: (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim(),
    [Symbol.asyncDispose]: async () => {
      await lifecycle.stop(5000)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
