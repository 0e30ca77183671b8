import type { LlamaChatResponseChunk, LlamaChatResponseFunctionCallParamsChunk } from 'node-llama-cpp'
import type { EngineEvent } from '../wire-schema.ts'
import { PortableText } from './portable-text.ts'

/** Text and reasoning of one answer, as events. */
export function chunkReader(emit: (event: EngineEvent) => void): (chunk: LlamaChatResponseChunk) => void {
  const streams = { text: new PortableText(), reasoning: new PortableText() }
  return (chunk) => {
    const type = chunk.type === 'segment' ? 'reasoning' : 'text'
    const text = streams[type].push(chunk.text)
    if (text !== '') emit({ type, text })
  }
}

interface OpenCall {
  readonly index: number
  readonly text: PortableText
  isEmpty: boolean
  /** White space that the grammar may write after the last bracket; passed on only when more follows. */
  space: string
}

/** Function calls of one answer, one after the other, as events. A call without arguments has `{}`. */
export function callReader(
  emit: (event: EngineEvent) => void,
): (chunk: LlamaChatResponseFunctionCallParamsChunk) => void {
  let call: OpenCall | undefined
  return ({ callIndex, functionName, paramsChunk, done }) => {
    if (call?.index !== callIndex) {
      call = { index: callIndex, text: new PortableText(), isEmpty: true, space: '' }
      emit({ type: 'call-start', name: functionName })
    }
    const whole = call.space + call.text.push(paramsChunk)
    const text = whole.trimEnd()
    call.space = text === '' ? whole : whole.slice(text.length)
    if (text !== '') {
      call.isEmpty = false
      emit({ type: 'call-arguments', text })
    }
    if (!done) return
    if (call.isEmpty) emit({ type: 'call-arguments', text: '{}' })
    emit({ type: 'call-end' })
  }
}
