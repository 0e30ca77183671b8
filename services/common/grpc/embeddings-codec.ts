import type { Embeddings as WireEmbeddings } from '../../../proto/gen/hearth/v1/generate.ts'
import type { Embeddings } from '../contracts/generate-request.ts'
import { dropUndefined } from './wire-values.ts'

export const encodeEmbeddings = ({ vectors, inputTokens }: Embeddings): WireEmbeddings => ({
  vectors: vectors.map((vector) => ({ values: Array.from(vector) })),
  inputTokens,
})

export const decodeEmbeddings = ({ vectors, inputTokens }: WireEmbeddings): Embeddings => ({
  vectors: vectors.map(({ values }) => Float32Array.from(values)),
  ...dropUndefined({ inputTokens }),
})
