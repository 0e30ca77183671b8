import {
  type ChatHistoryItem,
  type ChatModelFunctions,
  type GbnfJsonSchema,
  LlamaChat,
  type LlamaContextSequence,
  type Token,
} from 'node-llama-cpp'
import type { EngineAnswer, EngineEvent, EngineFailure, EngineJob } from '../wire-schema.ts'
import { grammarOf } from './grammar.ts'
import type { LoadedModel } from './loaded-model.ts'
import { callReader, chunkReader } from './read-answer.ts'
import { readPrompt } from './read-prompt.ts'
import { RefusedJob } from './refused-job.ts'

interface AnswerTask {
  readonly model: LoadedModel
  readonly sequence: LlamaContextSequence
  readonly job: EngineJob
  readonly emit: (event: EngineEvent) => void
  readonly signal: AbortSignal
}

/** Tokens of the window that a prompt must leave free. */
const reservedTokens = 8

/**
 * Runs one job on one sequence. The window is never shifted: a conversation that does not fit is refused, and an answer
 * that reaches the end of the window ends with `length`.
 * @throws RefusedJob; the signal's reason, at the next token.
 */
export async function answer(task: AnswerTask): Promise<EngineAnswer> {
  const { model, sequence, job, emit, signal } = task
  const functions = functionsOf(job)
  const prompt = renderPrompt(model, job, functions)
  const limit = sequence.contextSize - reservedTokens
  if (prompt.length > limit) throw tooLong(prompt.length, limit)

  const before = sequence.tokenMeter.getState()
  const cachedTokens = await readPrompt({ sequence, prompt, emit, signal })
  const windowEnd = new AbortController()
  const options = {
    signal: AbortSignal.any([signal, windowEnd.signal]),
    maxTokens: Math.min(job.maxTokens ?? Number.POSITIVE_INFINITY, limit - prompt.length + 1),
    temperature: job.temperature,
    ...(job.topP === null ? {} : { topP: job.topP }),
    ...(job.seed === null ? {} : { seed: job.seed }),
    customStopTriggers: job.stop,
    contextShift: { size: 1, strategy: refuseShift(windowEnd) },
    onResponseChunk: chunkReader(emit),
  }
  const reason = await generate(task, options, functions).catch((error: unknown) => {
    if (windowEnd.signal.aborted && !signal.aborted) return 'length' as const
    throw error
  })
  const outputTokens = sequence.tokenMeter.diff(before).usedOutputTokens
  return { reason, usage: { inputTokens: prompt.length, outputTokens, cachedTokens } }
}

type Options = NonNullable<Parameters<LlamaChat['generateResponse']>[1]>
type CommonOptions = Omit<Options, 'grammar' | 'functions'>

async function generate(
  { model, sequence, job, emit }: AnswerTask,
  common: CommonOptions,
  functions: ChatModelFunctions | undefined,
): Promise<EngineAnswer['reason']> {
  using chat = new LlamaChat({ contextSequence: sequence, chatWrapper: model.wrapper })
  const history = [...job.history] satisfies ChatHistoryItem[]
  const { metadata, response } = await chat.generateResponse(history, {
    ...common,
    ...(job.output.kind === 'json'
      ? { grammar: await grammarOf(model.llama, job.output.schema), repeatPenalty: false as const }
      : {}),
    ...(functions === undefined
      ? {}
      : { functions, documentFunctionParams: true, onFunctionCallParamsChunk: callReader(emit) }),
  } as Options)
  const reason = finishReason(metadata.stopReason)
  if (job.output.kind === 'json' && reason === 'stop' && metadata.stopReason !== 'customStopTrigger') {
    requireWhole(response)
  }
  return reason
}

/** Some templates end a turn by a mere line break, which JSON may hold: such an answer was cut, not finished. */
function requireWhole(json: string): void {
  try {
    JSON.parse(json)
  } catch {
    throw new RefusedJob('provider_stream_error', "The local model's JSON broke off; try again or use another model.")
  }
}

type StopReason = Awaited<ReturnType<LlamaChat['generateResponse']>>['metadata']['stopReason']

function finishReason(stopReason: StopReason): EngineAnswer['reason'] {
  switch (stopReason) {
    case 'eogToken':
    case 'stopGenerationTrigger':
    case 'customStopTrigger':
      return 'stop'
    case 'functionCalls':
      return 'tool_calls'
    case 'maxTokens':
    case 'abort':
      return 'length'
  }
}

function functionsOf({ output }: EngineJob): ChatModelFunctions | undefined {
  if (output.kind !== 'functions') return undefined
  return Object.fromEntries(
    output.functions.map(({ name, description, parameters }) => [
      name,
      { description, params: parameters as GbnfJsonSchema },
    ]),
  )
}

/** The prompt exactly as LlamaChat will send it. */
function renderPrompt({ model, wrapper }: LoadedModel, job: EngineJob, functions?: ChatModelFunctions): Token[] {
  const isContinued = job.history.at(-1)?.type === 'model'
  const opening: ChatHistoryItem[] = isContinued ? [] : [{ type: 'model', response: [] }]
  const { contextText } = wrapper.generateContextState({
    chatHistory: [...job.history, ...opening],
    ...(functions === undefined ? {} : { availableFunctions: functions, documentFunctionParams: true }),
  })
  return contextText.tokenize(model.tokenizer)
}

const tooLong = (tokens: number, limit: number) =>
  new RefusedJob(
    'caller_invalid_request',
    `The conversation has ${tokens} tokens and this model reads at most ${limit}; shorten it or begin a new one, or raise context_tokens of the connection if the model can read more.`,
  )

/** LlamaChat would drop old turns without a word when the window is full; the answer ends there instead. */
function refuseShift(windowEnd: AbortController) {
  return (): never => {
    windowEnd.abort()
    throw new Error('the context window is full')
  }
}

/** What the caller may read; anything unforeseen stays in the engine's log. */
export function toFailure(error: unknown): EngineFailure {
  if (error instanceof RefusedJob) return { code: error.code, message: error.message }
  console.error(error)
  return {
    code: 'provider_server_error',
    message: "The local model failed on this request; the server's log has more.",
  }
}
