import { setTimeout as sleep } from 'node:timers/promises'
import {
  acceptedContent,
  type CallToolResult,
  type InputRequiredResult,
  inputRequired,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Deed } from './upstream-script.ts'

/** A call as a deed sees it. */
export interface DeedCall {
  readonly upstream: string
  readonly tool: string
  readonly args: Readonly<Record<string, unknown>>
  readonly context: ServerContext
  /** Ends everything: the socket, or the process. */
  readonly cut: () => void
}

/** What the tool answers; rejects when the call ends first. */
export function doDeed(deed: Deed, call: DeedCall): Promise<CallToolResult | InputRequiredResult> {
  switch (deed.kind) {
    case 'echo':
      return said(JSON.stringify({ upstream: call.upstream, tool: call.tool, arguments: call.args }))
    case 'wait':
      return sleep(deed.ms, undefined, { signal: call.context.mcpReq.signal }).then(() => said('waited'))
    case 'hang':
      return untilCancelled(call.context.mcpReq.signal)
    case 'cut':
      call.cut()
      return untilCancelled(call.context.mcpReq.signal)
    case 'flood':
      return said('x'.repeat(deed.bytes))
    case 'headers':
      return said(JSON.stringify(Object.fromEntries(call.context.http?.req?.headers ?? [])))
    case 'ask':
      return ask(deed.question, call.context)
    case 'progress':
      return progress(deed.steps, call.context)
    case 'log':
      return call.context.mcpReq.log('info', deed.message).then(() => said('logged'))
    case 'fail':
      return said(deed.message, true)
    case 'answer':
      return Promise.resolve({ content: [], ...deed.result })
  }
}

const said = (text: string, isError = false): Promise<CallToolResult> =>
  Promise.resolve({ content: [{ type: 'text', text }], ...(isError ? { isError } : {}) })

function untilCancelled(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  const cancelled = (): void => reject(new Error('The call was cancelled.'))
  if (signal.aborted) cancelled()
  signal.addEventListener('abort', cancelled, { once: true })
  return promise
}

const form = {
  type: 'object' as const,
  properties: { answer: { type: 'string' as const } },
  required: ['answer'],
}

async function ask(message: string, { mcpReq }: ServerContext): Promise<CallToolResult | InputRequiredResult> {
  if (mcpReq.envelope === undefined) {
    const asked = await mcpReq.elicitInput({ mode: 'form', message, requestedSchema: form })
    return said(`${asked.action}: ${String(asked.content?.['answer'])}`)
  }
  const content = acceptedContent<{ answer: string }>(mcpReq.inputResponses, 'answer')
  if (content !== undefined) return said(`accept: ${content.answer}`)
  return inputRequired({
    inputRequests: { answer: inputRequired.elicit({ message, requestedSchema: form }) },
    requestState: `asked: ${message}`,
  })
}

async function progress(steps: number, { mcpReq }: ServerContext): Promise<CallToolResult> {
  const progressToken = mcpReq._meta?.progressToken
  for (let step = 1; step <= steps && progressToken !== undefined; step++) {
    await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: step, total: steps } })
  }
  return said(`${steps} steps`)
}
