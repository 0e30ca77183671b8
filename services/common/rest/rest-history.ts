import type { Blob, History, NewBlob, OpenedRun, OpenRun, RunAnswer } from '../contracts/history.ts'
import { McpClient, type McpClientOptions, readJson } from './mcp-client.ts'
import { type RetryOptions, retryWhileUnavailable } from './retry-while-unavailable.ts'
import { internalPaths, mediaTypeHeader, openedRunWire, storedBlobWire, wireLimits } from './wire-schema.ts'

export interface RestHistoryOptions extends McpClientOptions {
  /** How long an answer waits for mcp to come back, milliseconds. Default 30,000. */
  readonly retryForMs?: number
  /** 0..1. Default Math.random. */
  readonly random?: () => number
}

/**
 * History of the mcp role in another process. `close` and `putBlob` are idempotent and outlast a restart of mcp; `open`
 * is tried once.
 */
export function createRestHistory(options: RestHistoryOptions): History {
  const client = new McpClient(options)
  const retry: Omit<RetryOptions, 'what'> = {
    forMs: options.retryForMs ?? 30_000,
    log: options.log,
    random: options.random ?? Math.random,
  }
  return {
    open: (request, signal) => open(client, request, signal),
    close: (answer) => retryWhileUnavailable(() => close(client, answer), { ...retry, what: 'the answer of a run' }),
    putBlob: (blob) => retryWhileUnavailable(() => putBlob(client, blob), { ...retry, what: 'a picture' }),
    getBlob: (blobId, owner) => getBlob(client, blobId, owner),
  }
}

async function open(client: McpClient, request: OpenRun, signal: AbortSignal): Promise<OpenedRun> {
  const answer = await client.request({
    method: 'POST',
    path: internalPaths.open,
    body: { mediaType: 'application/json', content: JSON.stringify(request) },
    answerBytes: wireLimits.jsonBytes,
    signal,
  })
  return readJson(answer, openedRunWire)
}

async function close(client: McpClient, answer: RunAnswer): Promise<void> {
  await client.request({
    method: 'POST',
    path: internalPaths.close,
    body: { mediaType: 'application/json', content: JSON.stringify(answer) },
    answerBytes: wireLimits.jsonBytes,
  })
}

async function putBlob(client: McpClient, { owner, mediaType, bytes }: NewBlob): Promise<string> {
  const answer = await client.request({
    method: 'POST',
    path: internalPaths.blobs,
    query: { owner, media_type: mediaType },
    body: { mediaType: 'application/octet-stream', content: bytes },
    answerBytes: wireLimits.jsonBytes,
  })
  return readJson(answer, storedBlobWire).id
}

async function getBlob(client: McpClient, blobId: string, owner: string): Promise<Blob> {
  const answer = await client.request({
    method: 'GET',
    path: `${internalPaths.blobs}/${encodeURIComponent(blobId)}`,
    query: { owner },
    answerBytes: wireLimits.blobBytes,
  })
  const mediaType = decodeURIComponent(answer.headers.get(mediaTypeHeader) ?? 'application/octet-stream')
  return { id: blobId, owner, mediaType, bytes: answer.bytes }
}
