import type { ConnectionState } from '../../common/contracts/model-adapter.ts'
import type { OwnerView } from './engine-owner.ts'
import type { ModelFile } from './model-files.ts'
import { restartAtMs } from './restart-policy.ts'

/** What is known of a connection when its state is asked for. */
export interface ConnectionFacts {
  readonly isInstalled: boolean
  readonly modelsDirectory: string
  readonly models: readonly ModelFile[]
  readonly owner: OwnerView
  readonly nowMs: number
}

type Rule = (facts: ConnectionFacts) => ConnectionState | undefined

/** The first rule that has something to say decides. */
const rules: readonly Rule[] = [notInstalled, noModel, onlyUnusableModels, restartHeldBack, loading]

/** Decides what `describe` says of a connection. */
export function connectionState(facts: ConnectionFacts): ConnectionState {
  for (const rule of rules) {
    const state = rule(facts)
    if (state !== undefined) return state
  }
  return { status: 'ready', models: usable(facts).map(({ model }) => model) }
}

function notInstalled({ isInstalled }: ConnectionFacts): ConnectionState | undefined {
  if (isInstalled) return undefined
  return disabled('The local engine is not installed; run npm start once, or npm ci in services/adapters/local/engine.')
}

function noModel({ models, modelsDirectory }: ConnectionFacts): ConnectionState | undefined {
  if (models.length > 0) return undefined
  return disabled(`No local model yet: run npm run hearth -- model fetch, or put a GGUF file into ${modelsDirectory}.`)
}

function onlyUnusableModels(facts: ConnectionFacts): ConnectionState | undefined {
  if (usable(facts).length > 0) return undefined
  const names = facts.models.map(({ model }) => `${model}.gguf`).join(', ')
  return disabled(
    `Cannot be loaded, for a reason that the log tells: ${names}. Run npm run hearth -- model fetch, or put another GGUF file into ${facts.modelsDirectory}.`,
  )
}

function restartHeldBack({ owner, nowMs }: ConnectionFacts): ConnectionState | undefined {
  const waitMs = restartAtMs(owner.crashes) - nowMs
  if (owner.engine !== undefined || waitMs <= 0) return undefined
  return disabled(
    `The process of the local model ended unexpectedly ${owner.crashes.count} times in a row; it is started again in ${Math.ceil(waitMs / 1000)} s.`,
  )
}

function loading({ owner: { engine } }: ConnectionFacts): ConnectionState | undefined {
  if (engine?.status.status !== 'loading') return undefined
  return { status: 'loading', reason: `Loading ${engine.model}.`, progress: engine.status.progress }
}

const usable = ({ models, owner }: ConnectionFacts) => models.filter(({ path }) => !owner.isUnloadable(path))

const disabled = (reason: string): ConnectionState => ({ status: 'disabled', reason })
