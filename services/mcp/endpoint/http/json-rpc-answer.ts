import type { ProtocolError } from '@modelcontextprotocol/server'

/** Id of a request as it may be echoed; null for what is no request. */
export function requestIdOf(body: unknown): string | number | null {
  if (typeof body !== 'object' || body === null || !('method' in body) || !('id' in body)) return null
  return typeof body.id === 'string' || typeof body.id === 'number' ? body.id : null
}

/** An error that was found before any server of the SDK saw the message. */
export const jsonRpcError = (
  status: number,
  { code, message, data }: Pick<ProtocolError, 'code' | 'message' | 'data'>,
  id: string | number | null = null,
): Response =>
  Response.json({ jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } }, { status })
