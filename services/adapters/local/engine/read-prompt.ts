import type { LlamaContextSequence, Token } from 'node-llama-cpp'
import type { EngineEvent } from '../wire-schema.ts'

interface PromptReading {
  readonly sequence: LlamaContextSequence
  readonly prompt: Token[]
  readonly emit: (event: EngineEvent) => void
  readonly signal: AbortSignal
}

/** Tokens read in one go: bounds how long a cancel waits, and how long other sequences stand still. */
const stepTokens = 128

/**
 * Reads all but the last step of the prompt into the sequence, with progress; LlamaChat finds it there and reads the
 * rest. Returns the tokens that were there already, from the sequence's earlier conversation.
 */
export async function readPrompt({ sequence, prompt, emit, signal }: PromptReading): Promise<number> {
  await sequence.adaptStateToTokens(prompt, false)
  const cached = Math.min(sequence.nextTokenIndex, prompt.length)
  for (let read = cached; prompt.length - read > stepTokens; read += stepTokens) {
    signal.throwIfAborted()
    await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(read, read + stepTokens))
    emit({ type: 'prompt', progress: (read + stepTokens) / prompt.length })
  }
  signal.throwIfAborted()
  return cached
}
