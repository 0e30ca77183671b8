import type { Config } from '../common/config/config-schema.ts'
import type { MissingName } from '../common/config/loaded-config.ts'
import type { AdapterSet } from '../common/contracts/adapter-set.ts'
import type { ModelAdapter } from '../common/contracts/model-adapter.ts'
import { HearthError } from '../common/errors/hearth-error.ts'
import type { Part } from '../common/lifecycle/part.ts'
import { failingStream } from '../common/streams/failing-stream.ts'
import type { Logger } from '../common/telemetry/logger.ts'
import { createAnthropicAdapter } from './anthropic/adapter.ts'
import { createDemoAdapter } from './demo/adapter.ts'
import { createLocalAdapter } from './local/adapter.ts'
import { createOpenaiAdapter } from './openai/adapter.ts'

export interface AdapterSetDeps {
  /** The configuration as it is now. */
  readonly config: () => Config
  /** Names that it asks for and nobody has set. */
  readonly missing: () => readonly MissingName[]
  readonly dataDir: string
  readonly log: Logger
}

export interface AdaptersOfProcess {
  readonly set: AdapterSet
  /** What must be started before the set answers well, and stopped after it. */
  readonly parts: readonly Part[]
}

/** All adapters of this process. A new one is one line here. */
export function createAdapterSet(deps: AdapterSetDeps): AdaptersOfProcess {
  const { config, missing, dataDir, log } = deps
  const openai = createOpenaiAdapter({ connections: () => config().adapters.openai.connections, missing, log })
  const anthropic = createAnthropicAdapter({ connections: () => config().adapters.anthropic.connections, missing, log })
  const local = createLocalAdapter({ connections: () => config().adapters.local.connections, missing, dataDir, log })
  const demo = createDemoAdapter({ connections: () => config().adapters.demo.connections })
  return { set: adapterSetOf({ openai, anthropic, local, demo }), parts: [openai, anthropic, local] }
}

/** A set over adapters of this process, by name. */
export function adapterSetOf(adapters: Readonly<Record<string, ModelAdapter>>): AdapterSet {
  const byName = new Map(Object.entries(adapters))
  return {
    describe: async (signal) => {
      signal.throwIfAborted()
      return [...byName.values()].map((adapter) => adapter.describe())
    },
    generate: (name, request, signal) =>
      byName.get(name)?.generate(request, signal) ?? failingStream(noAdapter(name, byName.keys())),
    embed: async (name, request, signal) => {
      const adapter = byName.get(name)
      if (adapter === undefined) throw noAdapter(name, byName.keys())
      return adapter.embed(request, signal)
    },
  }
}

const noAdapter = (name: string, known: Iterable<string>) =>
  new HearthError(
    'gateway_no_adapter',
    `There is no adapter ${JSON.stringify(name)}; the profile may name ${[...known].join(', ')}.`,
  )
