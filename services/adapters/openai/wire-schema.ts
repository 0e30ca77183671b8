import { z } from 'zod'

/*
 * What we read of the Responses and Images APIs; everything else is ignored, null means absent.
 * Sources, read 2026-11-22: https://platform.openai.com/docs/api-reference/responses-streaming,
 * https://platform.openai.com/docs/api-reference/images-streaming, https://platform.openai.com/docs/api-reference/images.
 */

const text = z.string().nullish()
const index = z.int().min(0).nullish()
const count = z.int().min(0)

/** One event of a Responses stream whose `type` we know. `item` and `response` are read where they matter. */
export const responsesEvent = z.object({
  output_index: index,
  content_index: index,
  summary_index: index,
  delta: text,
  text,
  refusal: text,
  arguments: text,
  item: z.unknown().optional(),
  response: z.unknown().optional(),
})

/** `item` of `response.output_item.*`, as far as it is a call. */
export const outputItem = z.object({ type: z.string(), call_id: text, name: text, arguments: text })

const usage = z.object({
  input_tokens: count,
  output_tokens: count,
  input_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish(),
  output_tokens_details: z.object({ reasoning_tokens: count.nullish() }).nullish(),
})

const code = z.union([z.string(), z.number()]).nullish()

/** What names a failure: `code` and `type` of an error of any of these APIs. */
const failure = z.object({ code, type: text })

/** `response` of the events that end a stream. */
export const finalResponse = z.object({
  status: text,
  error: failure.nullish().catch(undefined),
  incomplete_details: z.object({ reason: text }).nullish(),
  usage: usage.nullish().catch(undefined),
})

/** An `error` event: its words lie in it, or in `error` inside it. */
export const errorEvent = failure.extend({ error: failure.nullish().catch(undefined) })

const format = z.enum(['png', 'jpeg', 'webp', 'gif']).nullish().catch(undefined)

/** `image_generation.*` and `image_edit.*`. */
export const imageEvent = z.object({
  b64_json: z.string(),
  partial_image_index: index,
  output_format: format,
  usage: usage.nullish().catch(undefined),
})

/** The answer of a server that sends no events: one picture is asked for. */
export const imagesAnswer = z.object({
  data: z.tuple([z.object({ b64_json: z.string() })]).rest(z.unknown()),
  output_format: format,
  usage: usage.nullish().catch(undefined),
})

export type ResponsesEvent = z.output<typeof responsesEvent>
export type FinalResponse = z.output<typeof finalResponse>
export type OutputItem = z.output<typeof outputItem>
export type ImageEvent = z.output<typeof imageEvent>
export type WireUsage = z.output<typeof usage>
