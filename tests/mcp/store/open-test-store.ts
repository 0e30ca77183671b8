import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { MemoryBus } from '../../../services/common/bus/memory-bus.ts'
import { modelProfileSpec } from '../../../services/common/contracts/model-profile.ts'
import type { Principal } from '../../../services/common/contracts/principal.ts'
import type { ChangeBus } from '../../../services/common/contracts/settings.ts'
import { userSpec } from '../../../services/common/contracts/user.ts'
import type { Part } from '../../../services/common/lifecycle/part.ts'
import { Readiness } from '../../../services/common/lifecycle/readiness.ts'
import { createStore } from '../../../services/mcp/store/create-store.ts'
import type { DeclaredDocument, Store } from '../../../services/mcp/store/store.ts'

export const never = new AbortController().signal
export const silent = pino({ level: 'silent' })

export const profileSpec = (model = 'demo') =>
  modelProfileSpec.parse({ targets: [{ adapter: 'demo', connection: 'default', model }] })

export const personSpec = (role: 'admin' | 'member' | 'guest' = 'member') => userSpec.parse({ role })

/** A document that declares just this. */
export const declared = (version: string, parts: Partial<DeclaredDocument> = {}): DeclaredDocument => ({
  version,
  source: '/house/config.yaml',
  profiles: {},
  users: {},
  mcpServers: {},
  homeDevices: {},
  ...parts,
})

export const principal = (user: string): Principal => ({
  id: `user:${user}`,
  user,
  role: 'member',
  scopes: ['chat', 'read'],
  credentialId: 'tok_test',
})

export interface TestStore extends AsyncDisposable {
  readonly store: Store & Part
  readonly folder: string
  readonly path: string
  readonly readiness: Readiness
  /** Lines of the log, as objects. */
  readonly logged: readonly Readonly<Record<string, unknown>>[]
  /** Moves the clock, which otherwise stands still. */
  advance(ms: number): void
  /** Stops the store and removes the folder. */
  close(): Promise<void>
}

/** A folder of its own under the system's temporary one, removed at the end. */
export async function testFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'hearth-store-'))
}

/** A started store in `folder` (default: a new one); disposing stops it and removes the folder. */
export async function openTestStore(
  options: { readonly folder?: string; readonly bus?: ChangeBus; readonly startAt?: number } = {},
): Promise<TestStore> {
  const folder = options.folder ?? (await testFolder())
  const path = join(folder, 'hearth.db')
  const logged: Record<string, unknown>[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => logged.push(JSON.parse(line)) })
  const readiness = new Readiness()
  let now = options.startAt ?? 1_800_000_000_000
  const store = createStore(
    { bus: options.bus ?? new MemoryBus(), clock: () => now, log, readiness },
    { path, dataDir: folder },
  )
  await store.start(never)
  const advance = (ms: number): void => {
    now += ms
  }
  const close = async (): Promise<void> => {
    await store.stop(never)
    await rm(folder, { recursive: true, force: true })
  }
  return { store, folder, path, readiness, logged, advance, close, [Symbol.asyncDispose]: close }
}
