import type { Readable } from 'node:stream'
import { APIError, type OpenAI } from 'openai'
import type { EmbeddingCreateParams } from 'openai/resources/embeddings'
import { z } from 'zod'
import type { Embeddings, EmbedRequest } from '../../common/contracts/generate-request.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { parseUntrusted } from '../../common/parse-untrusted.ts'
import { startAttemptTimers } from '../attempt-timers.ts'
import type { HttpTransport } from '../http-transport.ts'
import { readBody } from '../read-body.ts'
import { streamError } from '../vendor-failure.ts'
import { mapError } from './map-error.ts'
import { endedBy } from './openai-client.ts'

/** Who is asked for vectors. */
export interface EmbeddingServer {
  readonly client: OpenAI
  readonly transport: HttpTransport
  /** The connection's, such as `adapters.openai.connections.default`. */
  readonly path: string
}

const limitBytes = 64 * 1024 * 1024

/*
 * What we read of an answer. Servers that leave `index` out answer in the order of the inputs, and some send numbers though
 * asked for base64.
 * Source: https://platform.openai.com/docs/api-reference/embeddings/create, read 2026-11-22.
 */
const answerSchema = z.object({
  data: z.array(
    z.object({ index: z.int().min(0).nullish(), embedding: z.union([z.string(), z.array(z.number()).min(1)]) }),
  ),
  usage: z
    .object({ prompt_tokens: z.int().min(0) })
    .nullish()
    .catch(undefined),
})

/**
 * `POST embeddings`: one vector per input, in their order. Aborting `signal` closes the socket.
 * @throws HearthError `caller_cancelled`, `provider_timeout_total` after `request.timeoutMs`, `caller_unsupported_feature`
 *   where the server has no embeddings, `provider_stream_error` for an answer of another shape or of more than 64 MiB,
 *   and what `mapError` says of refusals and sockets.
 */
export async function embedTexts(
  server: EmbeddingServer,
  request: EmbedRequest,
  signal: AbortSignal,
): Promise<Embeddings> {
  const timers = startAttemptTimers(onlyTotal(request.timeoutMs), signal)
  try {
    timers.signal.throwIfAborted()
    const body = await openAnswer(server, request, timers.signal)
    return readAnswer(parseJson(await readBody(body, { limitBytes, signal: timers.signal })), request.inputs.length)
  } catch (error) {
    throw timers.failure() ?? toFailure(error, server.path)
  } finally {
    timers.dispose()
  }
}

const onlyTotal = (timeoutMs: number) => ({
  headersMs: Number.POSITIVE_INFINITY,
  firstTokenMs: Number.POSITIVE_INFINITY,
  idleMs: Number.POSITIVE_INFINITY,
  totalMs: timeoutMs,
})

async function openAnswer(
  { client, transport }: EmbeddingServer,
  { model, inputs, dimensions }: EmbedRequest,
  signal: AbortSignal,
): Promise<Readable> {
  const size = dimensions === undefined ? {} : { dimensions }
  const asked: EmbeddingCreateParams = { model, input: [...inputs], encoding_format: 'base64', ...size }
  const response = await client.embeddings.create(asked, endedBy(signal)).asResponse()
  const body = transport.takeBody(response)
  if (body === undefined) throw unreadable()
  return body
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unreadable()
  }
}

/** Pure: the vectors of an answer, in the order of the inputs. */
function readAnswer(answer: unknown, inputs: number): Embeddings {
  const parsed = parseUntrusted(answerSchema, answer)
  if (!parsed.success) throw unreadable()
  const { data, usage } = parsed.data
  const byIndex = new Map(data.map((each, place) => [each.index ?? place, each.embedding]))
  const vectors = Array.from({ length: inputs }, (_, index) => byIndex.get(index)).filter((each) => each !== undefined)
  if (vectors.length !== inputs || data.length !== inputs) {
    throw streamError(`The vendor sent ${data.length} vectors for ${inputs} texts`)
  }
  return {
    vectors: vectors.map(toVector),
    ...(usage ? { inputTokens: usage.prompt_tokens } : {}),
  }
}

/** Base64 is of little-endian 32-bit floats: a quarter of the text that numbers are, and nothing to parse. */
function toVector(embedding: string | readonly number[]): Float32Array {
  if (typeof embedding !== 'string') return Float32Array.from(embedding)
  const bytes = Buffer.from(embedding, 'base64')
  if (bytes.length === 0 || bytes.length % Float32Array.BYTES_PER_ELEMENT !== 0) throw unreadable()
  const vector = new Float32Array(bytes.length / Float32Array.BYTES_PER_ELEMENT)
  for (let index = 0; index < vector.length; index++) {
    vector[index] = bytes.readFloatLE(index * Float32Array.BYTES_PER_ELEMENT)
  }
  return vector
}

const unreadable = () => streamError('The server answered with something other than embeddings')

/** 405 and 501: llama.cpp without `--embeddings`, and servers that know the path but not the method. */
function toFailure(error: unknown, path: string): HearthError {
  if (error instanceof APIError && (error.status === 405 || error.status === 501)) {
    return new HearthError(
      'caller_unsupported_feature',
      `The server of ${path} has no embeddings (HTTP ${error.status}); name a target whose server has them.`,
      { details: { vendorStatus: error.status } },
    )
  }
  return mapError(error, path)
}
