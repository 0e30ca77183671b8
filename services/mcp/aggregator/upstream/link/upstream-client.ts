import {
  Client,
  isSpecType,
  type JSONRPCNotification,
  type JSONRPCResponse,
  type MessageExtraInfo,
  type Progress,
  type Result,
  SdkError,
  SdkErrorCode,
} from '@modelcontextprotocol/client'
import { LiveMap } from '../../../../common/collections/live-map.ts'
import { callEnvelope, callResult } from './call-message.ts'

type Params = Readonly<Record<string, unknown>>

export interface CallOptions {
  /** Cancels the call at the server. */
  readonly signal: AbortSignal
  readonly onProgress: ((progress: Progress) => void) | undefined
}

interface Waiting extends Pick<CallOptions, 'onProgress'> {
  readonly resolve: (response: JSONRPCResponse) => void
  readonly reject: (error: unknown) => void
}

/** Ids of our own calls begin here; those of the SDK begin at 0. */
const firstId = 1_000_000_000

/**
 * The SDK's client, which is not asked for what it would only be in the way of: it refuses a whole list for one entry that
 * is no tool, and calls of tools take it three times as long.
 */
export class UpstreamClient extends Client {
  readonly #calls = new LiveMap<number, Waiting>()
  #lastId = firstId

  /**
   * `tools/call`. @throws ProtocolError as the server said it, SdkError as the SDK would, what the transport throws, or the
   * reason of `signal`.
   */
  async call(params: Params, { signal, onProgress }: CallOptions): Promise<Result> {
    signal.throwIfAborted()
    this.#lastId += 1
    const id = this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<JSONRPCResponse>()
    const stream = this.#hasOwnStreams() ? new AbortController() : undefined
    const cancel = () => {
      reject(signal.reason)
      if (stream === undefined) this.#tellCancelled(id, signal.reason)
      else stream.abort()
    }
    this.#calls.set(id, { resolve, reject, onProgress })
    signal.addEventListener('abort', cancel, { once: true })
    try {
      this.#send(id, params, { stream, asksProgress: onProgress !== undefined }).catch(reject)
      return callResult(await promise, this.getProtocolEra())
    } finally {
      this.#calls.delete(id)
      signal.removeEventListener('abort', cancel)
    }
  }

  async #send(
    id: number,
    params: Params,
    { stream, asksProgress }: { readonly stream: AbortController | undefined; readonly asksProgress: boolean },
  ): Promise<void> {
    const { transport } = this
    if (transport === undefined) throw new SdkError(SdkErrorCode.NotConnected, 'Not connected')
    const meta = {
      ...(this.getProtocolEra() === 'modern' ? callEnvelope(this.getNegotiatedProtocolVersion()) : {}),
      ...(typeof params['_meta'] === 'object' ? params['_meta'] : {}),
      ...(asksProgress ? { progressToken: id } : {}),
    }
    const full = Object.keys(meta).length === 0 ? { ...params } : { ...params, _meta: meta }
    const options = stream === undefined ? undefined : { requestSignal: stream.signal }
    await transport.send({ jsonrpc: '2.0', id, method: 'tools/call', params: full }, options)
  }

  /** To leave the stream of a request is to cancel it (2026-07-28, basic/transports/streamable-http). */
  #hasOwnStreams(): boolean {
    return this.getProtocolEra() === 'modern' && this.transport?.hasPerRequestStream === true
  }

  #tellCancelled(requestId: number, reason: unknown): void {
    const params = { requestId, reason: String(reason) }
    this.notification({ method: 'notifications/cancelled', params }).catch(() => undefined)
  }

  /** Takes the answer to a call of ours; false: it is of the SDK. */
  take(response: JSONRPCResponse): boolean {
    // Some servers echo a number as text.
    const id = Number(response.id)
    this.#calls.get(id)?.resolve(response)
    return id >= firstId
  }

  protected override _onresponse(response: JSONRPCResponse): void {
    if (!this.take(response)) super._onresponse(withoutOddTools(response))
  }

  protected override _onnotification(raw: JSONRPCNotification, extra?: MessageExtraInfo): void {
    const token = raw.method === 'notifications/progress' ? Number(raw.params?.['progressToken']) : 0
    if (token >= firstId) this.#tellProgress(token, raw.params)
    else super._onnotification(raw, extra)
  }

  #tellProgress(token: number, params: unknown): void {
    if (!isSpecType.ProgressNotificationParams(params)) return
    const { progress, total, message } = params
    this.#calls.get(token)?.onProgress?.({
      progress,
      ...(total === undefined ? {} : { total }),
      ...(message === undefined ? {} : { message }),
    })
  }

  protected override _onclose(): void {
    super._onclose()
    const error = new SdkError(SdkErrorCode.ConnectionClosed, 'Connection closed')
    for (const { reject } of this.#calls.values()) reject(error)
  }
}

function withoutOddTools(response: JSONRPCResponse): JSONRPCResponse {
  if (!('result' in response) || !Array.isArray(response.result['tools'])) return response
  const tools = response.result['tools'].filter((tool: unknown) => isSpecType.Tool(tool))
  return { ...response, result: { ...response.result, tools } }
}
