import type { LocalConnection } from '../../../common/config/config-schema.ts'
import { parseUntrusted } from '../../../common/parse-untrusted.ts'
import type { ParameterKey } from '../../drop-parameters.ts'
import { llamacppModels, lmstudioModels, ollamaLoaded } from './wire-schema.ts'

export type FlavorName = LocalConnection['flavor']

/** Whether the model of a request is in memory, as its server tells. */
export type ModelState = 'loaded' | 'loading' | 'unknown'

/** What one kind of server does its own way. */
export interface Flavor {
  /** Parameters it ignores or refuses. */
  readonly dropped: readonly ParameterKey[]
  /** Sent beside what is asked, unless the profile's `extra` says otherwise. */
  readonly extra: Readonly<Record<string, unknown>>
  /** `words`: takes none, auto and required only; `none`: leaves the choice to the model. */
  readonly toolChoice: 'any' | 'words' | 'none'
  /** False: knows JSON only with a schema. */
  readonly hasJsonObject: boolean
  /** How a person starts it. */
  readonly start: string
  /** Where it tells which models are in memory. Absent: it does not. */
  readonly residents?: {
    /** `native`: beside `/v1`, not below it. */
    readonly path: string
    readonly isNative: boolean
    /** Pure. */
    readonly stateOf: (answer: unknown, model: string) => ModelState
  }
}

const plain = { dropped: [], extra: {}, toolChoice: 'any', hasJsonObject: true } as const

/**
 * Sources, read 2026-11-22. Ollama: github.com/ollama/ollama docs/api/openai-compatibility.mdx, openai/openai.go, docs/api.md
 * (no tool_choice, no parallel_tool_calls; `/api/ps`). llama.cpp: tools/server/README.md (return_progress, cache_prompt;
 * `/models` has a status in router mode), and ggml-org/llama.cpp#28806 (tool_choice is read as a word, an object ignored). vLLM: docs.vllm.ai OpenAI-compatible server. LM Studio: lmstudio.ai/docs/developer,
 * chat completions and REST v0 (`/api/v0/models`), and lmstudio-bug-tracker issue 670 (tool_choice is a word).
 */
export const flavors: Readonly<Record<FlavorName, Flavor>> = {
  openai: { ...plain, start: 'start the server' },
  ollama: {
    ...plain,
    dropped: ['parallelToolCalls'],
    toolChoice: 'none',
    start: 'start it with "ollama serve" (OLLAMA_HOST=0.0.0.0 lets other machines in)',
    residents: { path: 'api/ps', isNative: true, stateOf: ollamaState },
  },
  llamacpp: {
    ...plain,
    extra: { return_progress: true, cache_prompt: true },
    toolChoice: 'words',
    start: 'start it with "llama-server -m MODEL.gguf" (--host 0.0.0.0 lets other machines in)',
    residents: { path: 'models', isNative: false, stateOf: llamacppState },
  },
  vllm: { ...plain, start: 'start it with "vllm serve MODEL"; it answers once the model is loaded' },
  lmstudio: {
    ...plain,
    dropped: ['reasoningEffort', 'parallelToolCalls'],
    toolChoice: 'words',
    hasJsonObject: false,
    start: 'start it with "lms server start"',
    residents: { path: 'api/v0/models', isNative: true, stateOf: lmstudioState },
  },
}

/** A name without a tag means `latest`. */
function ollamaState(answer: unknown, model: string): ModelState {
  const parsed = parseUntrusted(ollamaLoaded, answer)
  if (!parsed.success) return 'unknown'
  const wanted = model.includes(':') ? model : `${model}:latest`
  return parsed.data.models.some(({ name }) => name.toLowerCase() === wanted.toLowerCase()) ? 'loaded' : 'loading'
}

/** Only a server of several models tells a status. */
function llamacppState(answer: unknown, model: string): ModelState {
  const parsed = parseUntrusted(llamacppModels, answer)
  const status = parsed.data?.data.find(({ id }) => id === model)?.status?.value
  if (status === undefined) return 'unknown'
  return status === 'loaded' ? 'loaded' : 'loading'
}

function lmstudioState(answer: unknown, model: string): ModelState {
  const parsed = parseUntrusted(lmstudioModels, answer)
  const state = parsed.data?.data.find(({ id }) => id === model)?.state
  if (state === undefined) return 'unknown'
  return state === 'loaded' ? 'loaded' : 'loading'
}
