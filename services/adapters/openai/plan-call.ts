import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions'
import type { ImageEditParamsStreaming, ImageGenerateParamsStreaming } from 'openai/resources/images'
import type { ResponseCreateParamsStreaming } from 'openai/resources/responses/responses'
import type { OpenaiConnection } from '../../common/config/config-schema.ts'
import type { GenerateRequest } from '../../common/contracts/generate-request.ts'
import { mapRequest } from '../chat-completions/map-request.ts'
import { dropRefused } from './dropped-parameters.ts'
import { mapImageEdit, mapImageGeneration } from './map-image-request.ts'
import { mapResponsesRequest } from './map-responses-request.ts'

/** What is asked of OpenAI, by which of its APIs. */
export type PlannedCall =
  | { readonly api: 'chat'; readonly body: ChatCompletionCreateParamsStreaming }
  | { readonly api: 'responses'; readonly body: ResponseCreateParamsStreaming }
  | { readonly api: 'generations'; readonly body: ImageGenerateParamsStreaming; readonly format: string }
  | { readonly api: 'edits'; readonly body: ImageEditParamsStreaming; readonly format: string }

export interface Plan {
  readonly call: PlannedCall
  /** Profile names of the parameters that go without. */
  readonly dropped: readonly string[]
}

/** Pure: a picture is drawn by the Images API, or changed when there are pictures to start from; text goes by the connection's API. */
export function planCall({ api, base_url }: OpenaiConnection, request: GenerateRequest): Plan {
  const { image, model } = request
  if (image !== undefined) {
    const { format } = image
    if (image.inputs.length === 0) {
      return { call: { api: 'generations', body: mapImageGeneration(image, model), format }, dropped: [] }
    }
    return { call: { api: 'edits', body: mapImageEdit(image, model), format }, dropped: [] }
  }
  const { parameters, dropped } = dropRefused(api, model, request.parameters)
  const taken = { ...request, parameters }
  if (api === 'responses') return { call: { api, body: mapResponsesRequest(taken, base_url) }, dropped }
  return { call: { api, body: mapRequest(taken, base_url) }, dropped }
}
