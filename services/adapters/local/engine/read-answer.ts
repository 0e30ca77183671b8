import type { LlamaChatResponseChunk, LlamaChatResponseFunctionCallParamsChunk } from 'node-llama-cpp'
import type { EngineEvent } from '../wire-schema.ts'
import { SurrogateJoiner } from './surrogate-joiner.ts'

/** Text and reasoning of one answer, as events. */
export function chunkReader(emit: (event: EngineEvent) => void): (chunk: LlamaChatResponseChunk) => void {
  const joiners = { text: new SurrogateJoiner(), reasoning: new SurrogateJoiner() }
  return (chunk) => {
    const type = chunk.type === 'segment' ? 'reasoning' : 'text'
    const text = joiners[type].push(chunk.text)
    if (text !== '') emit({ type, text })
  }
}

/** Function calls of one answer, one after the other, as events. */
export function callReader(
  emit: (event: EngineEvent) => void,
): (chunk: LlamaChatResponseFunctionCallParamsChunk) => void {
  let open: number | undefined
  return ({ callIndex, functionName, paramsChunk, done }) => {
    if (open !== callIndex) emit({ type: 'call-start', name: functionName })
    open = callIndex
    if (paramsChunk !== '') emit({ type: 'call-arguments', text: paramsChunk })
    if (done) emit({ type: 'call-end' })
  }
}
