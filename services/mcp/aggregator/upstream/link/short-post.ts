import { type JSONRPCRequest, PROTOCOL_VERSION_META_KEY } from '@modelcontextprotocol/client'
import { isRecord } from '../../../../common/is-record.ts'
import type { PinnedWire, WireAnswer } from '../http/pinned-wire.ts'

/** What the SDK's transport agreed on with the server. */
export interface Agreed {
  readonly sessionId: string | undefined
  readonly protocolVersion: string | undefined
}

/** Names that stand in a header as they are; any other is encoded, and that is for the SDK. */
const plainName = /^[\w./-]+$/

/** Posts calls of tools as the SDK would, without the web's requests and responses in between. */
export class ShortPost {
  readonly #wire: PinnedWire
  readonly #url: URL
  readonly #declared: Readonly<Record<string, string>>

  /** `declared` are the headers of the server's settings; ours go before. */
  constructor(wire: PinnedWire, url: URL, declared: Readonly<Record<string, string>>) {
    this.#wire = wire
    this.#url = url
    // As the SDK's way has them: names in lower case, values without space around them.
    this.#declared = Object.fromEntries(new Headers({ ...declared }))
  }

  /** Undefined: only the SDK knows how to send this. */
  headersOf({ method, params }: JSONRPCRequest, agreed: Agreed): Readonly<Record<string, string>> | undefined {
    const name = params?.['name']
    if (method !== 'tools/call' || typeof name !== 'string' || !plainName.test(name)) return undefined
    const meta: unknown = params?.['_meta']
    const revision = isRecord(meta) ? meta[PROTOCOL_VERSION_META_KEY] : undefined
    const version = typeof revision === 'string' ? revision : agreed.protocolVersion
    return {
      ...this.#declared,
      ...(agreed.sessionId === undefined ? {} : { 'mcp-session-id': agreed.sessionId }),
      ...(version === undefined ? {} : { 'mcp-protocol-version': version }),
      ...(revision === undefined ? {} : { 'mcp-method': method, 'mcp-name': name }),
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    }
  }

  send(
    message: JSONRPCRequest,
    { headers, signal }: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
  ): Promise<WireAnswer> {
    return this.#wire.send(this.#url, { method: 'POST', headers, body: JSON.stringify(message), signal })
  }
}
