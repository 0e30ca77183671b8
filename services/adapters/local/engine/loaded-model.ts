import {
  ChatMLChatWrapper,
  type ChatWrapper,
  getLlama,
  type Llama,
  type LlamaContextSequence,
  LlamaLogLevel,
  type LlamaModel,
  resolveChatWrapper,
} from 'node-llama-cpp'
import type { LoadCommand } from '../wire-schema.ts'

/** One model in memory, with room for several conversations at once. It lives as long as the process. */
export interface LoadedModel {
  readonly llama: Llama
  readonly model: LlamaModel
  readonly wrapper: ChatWrapper
  readonly sequences: readonly LlamaContextSequence[]
  /** Window of each sequence. */
  readonly contextTokens: number
}

/** Never builds and never downloads. `onProgress` gets 0..1, at most once per hundredth. */
export async function loadModel(command: LoadCommand, onProgress: (progress: number) => void): Promise<LoadedModel> {
  const { modelPath, threads } = command
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    logLevel: LlamaLogLevel.warn,
    maxThreads: threads,
  })
  const model = await llama.loadModel({ modelPath, gpuLayers: 0, onLoadProgress: inHundredths(onProgress) })
  const context = await model.createContext({
    contextSize: Math.min(command.contextTokens, model.trainContextSize),
    sequences: command.sequences,
    threads,
  })
  return {
    llama,
    model,
    wrapper: chatWrapperOf(model),
    sequences: Array.from({ length: command.sequences }, () => context.getSequence()),
    contextTokens: context.contextSize,
  }
}

function inHundredths(onProgress: (progress: number) => void): (progress: number) => void {
  let last = 0
  return (progress) => {
    if (progress < last + 0.01) return
    last = progress
    onProgress(Math.min(progress, 1))
  }
}

/**
 * The library knows the families whose answers need more than a template (reasoning, function calls). Its general
 * ChatML form writes the start token first, which some files (SmolLM2) have as `<|im_start|>`: doubled, it spoils the
 * answers, so there the file's own template is used.
 */
function chatWrapperOf(model: LlamaModel): ChatWrapper {
  const known = resolveChatWrapper(model)
  if (!(known instanceof ChatMLChatWrapper)) return known
  return resolveChatWrapper(model, { type: 'jinjaTemplate', fallbackToOtherWrappersOnJinjaError: true })
}
