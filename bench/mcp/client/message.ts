export interface Message {
  readonly id?: unknown
  readonly method?: unknown
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message?: unknown }
}

export type Result = Readonly<Record<string, unknown>>

const clientInfo = { name: 'hearth-bench', version: '1' }
export const modernRevision = '2026-07-28'
export const sessionfulRevision = '2025-06-18'

/** What every modern request carries. */
export const envelope = {
  'io.modelcontextprotocol/protocolVersion': modernRevision,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': clientInfo,
}

export const initializeParams = { protocolVersion: sessionfulRevision, capabilities: {}, clientInfo }

export const requestText = (id: number, method: string, params: object): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })
export const notificationText = (method: string): string => JSON.stringify({ jsonrpc: '2.0', method })

/** @throws Error with what the other side said. */
export function resultOf(message: Message | undefined): Result {
  if (message?.result !== undefined) return message.result
  throw new Error(`No result: ${String(message?.error?.message ?? 'no answer')}`)
}

/** The message with this id in the body of an answer, which is JSON or a stream of events. */
export function messageIn(body: string, id: number): Message | undefined {
  if (body.startsWith('{')) return JSON.parse(body)
  for (const line of body.split('\n')) {
    if (!line.startsWith('data:')) continue
    const message: Message = JSON.parse(line.slice(5))
    if (message.id === id) return message
  }
  return undefined
}

export const tellsOfTools = (data: string): boolean => data.includes('"notifications/tools/list_changed"')
