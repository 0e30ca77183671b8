import { type Piece, secretText, sse, type Wire } from './body-step.ts'
import type { Scenario } from './scenario.ts'
import { tinyPng } from './tiny-png.ts'

/** `image_generation` for a new picture, `image_edit` for a changed one. */
export type ImageEvent = 'image_generation' | 'image_edit'

const described = {
  created_at: 1_795_305_600,
  background: 'opaque',
  output_format: 'png',
  quality: 'low',
  size: '1024x1024',
} as const

const usage = {
  input_tokens: 7,
  output_tokens: 20,
  total_tokens: 27,
  input_tokens_details: { image_tokens: 0, text_tokens: 7 },
}

const base64Of = (shade: number): string => tinyPng(shade).toString('base64')
const finalShade = 200

/**
 * OpenAI image generation and edits, streamed (platform.openai.com/docs/api-reference/images-streaming, read
 * 2026-11-22). A rough picture is what a token is to a text, so faults strike at rough picture `after`.
 */
export const imageWire = (scenario: Scenario, name: ImageEvent, partials: number): Wire => ({
  pieces: imagePieces(scenario, name, partials),
  error: sse(
    {
      type: 'error',
      error: { type: 'server_error', code: scenario.code ?? 'server_error', message: secretText, param: null },
    },
    'error',
  ),
  otherError: sse({ error: { code: scenario.code ?? 'server_error', message: secretText } }),
  emptyEnd: 'data: [DONE]\n\n',
  malformed: `event: ${name}.partial_image\ndata: {"type":"${name}.partial_image","b64_json":\n\n`,
  linePrefix: `event: ${name}.partial_image\ndata: `,
  comment: ': still here\n\n',
})

function* imagePieces({ usage: counted }: Scenario, name: ImageEvent, partials: number): Generator<Piece> {
  for (let index = 0; index < partials; index++) {
    const type = `${name}.partial_image`
    yield {
      part: 'token',
      body: sse({ type, b64_json: base64Of(index * 40), ...described, partial_image_index: index }, type),
    }
  }
  const type = `${name}.completed`
  yield {
    part: 'end',
    body: sse({ type, b64_json: base64Of(finalShade), ...described, ...(counted ? { usage } : {}) }, type),
  }
}

/** The answer to a request without `stream`. */
export function imageAnswer(): object {
  const { created_at: created, ...shown } = described
  return { created, data: [{ b64_json: base64Of(finalShade) }], ...shown, usage }
}
