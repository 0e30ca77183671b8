/** What `POST /v1/embeddings` was asked. */
export interface EmbeddingsAsked {
  readonly inputs: readonly string[]
  readonly dimensions: number
  readonly encoding: 'float' | 'base64'
}

/**
 * OpenAI's answer (platform.openai.com/docs/api-reference/embeddings, read 2026-11-22). Equal texts get equal vectors of
 * length 1; base64 is little-endian 32-bit floats.
 */
export function embeddingsAnswer({ inputs, dimensions, encoding }: EmbeddingsAsked): object {
  const data = inputs.map((text, index) => {
    const vector = vectorOf(text, dimensions)
    const embedding = encoding === 'float' ? [...vector] : Buffer.from(vector.buffer).toString('base64')
    return { object: 'embedding', index, embedding }
  })
  const tokens = inputs.length * 3
  return { object: 'list', data, model: 'fake', usage: { prompt_tokens: tokens, total_tokens: tokens } }
}

function vectorOf(text: string, dimensions: number): Float32Array {
  const raw = Float32Array.from(
    { length: dimensions },
    (_, index) => 1 + ((text.charCodeAt(index % text.length) || 0) % 31),
  )
  const length = Math.hypot(...raw)
  return raw.map((value) => value / length)
}
