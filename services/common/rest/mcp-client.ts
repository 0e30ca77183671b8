import type { z } from 'zod'
import { HearthError } from '../errors/hearth-error.ts'
import { clusterAuthorization } from '../http/cluster-authorization.ts'
import { parseUntrusted } from '../parse-untrusted.ts'
import type { Logger } from '../telemetry/logger.ts'
import { clusterRealm, internalPrefix, problemWire, seamHeader } from './wire-schema.ts'

/** How a role reaches the mcp role. */
export interface McpClientOptions {
  /** Where mcp listens, such as `http://127.0.0.1:8081`. */
  readonly baseUrl: string
  /** HEARTH_CLUSTER_TOKEN, the same for every role. */
  readonly clusterToken: string
  /** For one request and its whole answer, milliseconds. */
  readonly timeoutMs: number
  readonly log: Logger
}

export interface McpRequest {
  readonly method: 'GET' | 'POST'
  /** Below `/internal/v1`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: { readonly mediaType: string; readonly content: string | Uint8Array }
  /** Largest answer taken, bytes. */
  readonly answerBytes: number
  readonly signal?: AbortSignal
}

export interface McpAnswer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
}

/** Requests to the internal routes of mcp: a deadline on each, HearthErrors as they were thrown there. */
export class McpClient {
  readonly #options: McpClientOptions

  constructor(options: McpClientOptions) {
    this.#options = options
  }

  /**
   * An answer of status 2xx or 304.
   * @throws HearthError what mcp threw; `store_unavailable` when mcp does not answer, not in time, or is not what
   *   answers there; `caller_cancelled` after an abort of `request.signal`.
   */
  async request(request: McpRequest): Promise<McpAnswer> {
    const deadline = AbortSignal.timeout(this.#options.timeoutMs)
    const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal])
    try {
      return accepted(await this.#exchange(request, signal))
    } catch (error) {
      throw translate(error, request.signal?.aborted === true, deadline.aborted)
    }
  }

  async #exchange(request: McpRequest, signal: AbortSignal): Promise<McpAnswer> {
    const url = new URL(`${this.#options.baseUrl.replace(/\/+$/, '')}${internalPrefix}${request.path}`)
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value)
    const response = await fetch(url, {
      method: request.method,
      headers: {
        ...request.headers,
        Authorization: clusterAuthorization(this.#options.clusterToken),
        ...(request.body === undefined ? {} : { 'Content-Type': request.body.mediaType }),
      },
      ...(request.body === undefined ? {} : { body: request.body.content }),
      redirect: 'error',
      signal,
    })
    return { status: response.status, headers: response.headers, bytes: await readAll(response, request.answerBytes) }
  }
}

/** The answer when it is one of the seam and no failure. @throws HearthError otherwise. */
function accepted(answer: McpAnswer): McpAnswer {
  if (answer.headers.get(seamHeader) === null) throw notMcp(answer.status)
  if (answer.status < 300 || answer.status === 304) return answer
  throw errorOf(answer)
}

function translate(error: unknown, isCancelled: boolean, isLate: boolean): HearthError {
  if (error instanceof HearthError) return error
  if (isCancelled) return cancelled(error)
  return unreachable(isLate ? 'did not answer in time' : 'cannot be reached', error)
}

/** The JSON of an answer as its schema has it. @throws HearthError `store_unavailable` when it does not fit. */
export function readJson<Output>(answer: McpAnswer, schema: z.ZodType<Output>): Output {
  const result = parseUntrusted(schema, parseText(answer.bytes))
  if (result.success) return result.data
  throw new HearthError(
    'store_unavailable',
    'The mcp role answered in another form than expected; run the same release in every role.',
    { cause: result.error },
  )
}

function parseText(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

async function readAll(response: Response, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let byteLength = 0
  for await (const chunk of response.body ?? []) {
    byteLength += chunk.byteLength
    if (byteLength > limitBytes) throw unreachable(`answered with more than ${limitBytes} bytes`, undefined)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks, byteLength))
}

function errorOf(answer: McpAnswer): HearthError {
  if (answer.headers.get('www-authenticate')?.includes(clusterRealm) === true) {
    return new HearthError(
      'store_unavailable',
      'The mcp role refuses this role; set the same HEARTH_CLUSTER_TOKEN for both.',
    )
  }
  const problem = parseUntrusted(problemWire, parseText(answer.bytes))
  if (!problem.success) return unreachable(`answered with HTTP ${answer.status}`, problem.error)
  const { code, detail, retryable, details } = problem.data
  return new HearthError(code, detail, { retryable, details })
}

const notMcp = (status: number): HearthError =>
  new HearthError(
    'store_unavailable',
    `What answers at endpoints.mcp (HTTP ${status}) is not the mcp role with a HEARTH_CLUSTER_TOKEN; check both.`,
  )

const unreachable = (how: string, cause: unknown): HearthError =>
  new HearthError('store_unavailable', `The mcp role ${how}; see that it runs at endpoints.mcp.`, { cause })

const cancelled = (cause: unknown): HearthError =>
  new HearthError('caller_cancelled', 'The caller gave up before mcp had answered.', { cause })
