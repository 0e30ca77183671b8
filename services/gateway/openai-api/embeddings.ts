import type { CreateEmbeddingResponse } from 'openai/resources/embeddings'
import { z } from 'zod'
import type { EmbeddingAnswer, EmbeddingRequest } from '../../common/contracts/run-request.ts'
import { model, optional, unserved } from './body-fields.ts'
import { parseBody } from './read-body.ts'

/** https://platform.openai.com/docs/api-reference/embeddings/create (read 2026-11-22). */
const embeddingBody = z.object({
  model,
  input: z.union(
    [
      z.string().min(1),
      z.array(z.string().min(1)).min(1).max(2048),
      z.array(z.union([z.int(), z.array(z.int())])).min(1),
    ],
    'must be a text or a list of at most 2048 texts',
  ),
  dimensions: optional(z.int().min(1).max(65_536)),
  encoding_format: optional(z.enum(['float', 'base64'])),
})

/** What `POST /v1/embeddings` asks for, and how it wants the vectors. */
export interface EmbeddingOrder {
  readonly request: EmbeddingRequest
  readonly encoding: 'float' | 'base64'
}

/** @throws HearthError `caller_*` naming the field. */
export function embeddingOrder(json: unknown): EmbeddingOrder {
  const body = parseBody(embeddingBody, json)
  const { model: profile, dimensions } = body
  const inputs = typeof body.input === 'string' ? [body.input] : body.input.filter((text) => typeof text === 'string')
  if (inputs.length === 0) {
    throw unserved('input', 'Tokens differ from model to model; send the texts themselves.')
  }
  return {
    request: {
      inputs,
      ...(profile === undefined ? {} : { profile }),
      ...(dimensions === undefined ? {} : { dimensions }),
    },
    encoding: body.encoding_format ?? 'float',
  }
}

/** Vectors in the order of their texts; base64 holds little-endian 32-bit floats, as the official libraries read them. */
export function embeddingAnswer(
  { request, encoding }: EmbeddingOrder,
  { vectors, profile, inputTokens }: EmbeddingAnswer,
): Omit<CreateEmbeddingResponse, 'data'> & { readonly data: readonly object[] } {
  const encode = encoding === 'base64' ? toBase64 : (vector: Float32Array) => Array.from(vector)
  const tokens = inputTokens ?? 0
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector) })),
    model: request.profile ?? profile,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}

function toBase64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4)
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4)
  return bytes.toString('base64')
}
