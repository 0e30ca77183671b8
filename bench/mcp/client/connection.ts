import type http from 'node:http'

/** `modern`: revision 2026-07-28; `legacy`: streamable HTTP with a session, before it; `sse`: HTTP with SSE of 2024-11-05. */
export type Transport = 'modern' | 'legacy' | 'sse'

/** Where and how to ask. Plain data: it goes to another process. */
export interface McpTarget {
  readonly url: string
  readonly transport: Transport
  /** Sent as a bearer token; undefined: none. */
  readonly token?: string | undefined
}

/** A client that does no more than it must, so that the other side is measured. */
export interface McpConnection {
  /** The result of a request. @throws Error for an answer that is an error, and for none. */
  ask(method: string, params: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>
  /** Resolves when the other side tells from now on; calls back each time it says that its tools changed. */
  listen(onTools: () => void): Promise<void>
  close(): void
}

export interface ConnectionParts {
  readonly url: URL
  readonly agent: http.Agent
  readonly headers: Readonly<Record<string, string>>
}
