import { z } from 'zod'

/*
 * What we read of local servers beside Chat Completions; everything else is ignored, null means absent.
 * Sources, read 2026-11-22: github.com/ollama/ollama docs/api.md and api/types.go (fb30760); llama.cpp
 * tools/server/README.md (00dc805); lmstudio.ai/docs/developer/rest, v0.
 */

const text = z.string().nullish()
const count = z.int().min(0).nullish().catch(undefined)

const ollamaCall = z.object({
  id: text,
  function: z.object({ name: z.string().min(1), arguments: z.record(z.string(), z.unknown()).nullish() }),
})

/** One line of `POST /api/chat`. */
export const ollamaLine = z.object({
  error: z.unknown().optional(),
  message: z.object({ content: text, thinking: text, tool_calls: z.array(ollamaCall).nullish() }).nullish(),
  done: z.boolean().nullish(),
  done_reason: text,
  prompt_eval_count: count,
  eval_count: count,
})

export type OllamaLine = z.output<typeof ollamaLine>
export type OllamaCall = z.output<typeof ollamaCall>

/** `GET /api/ps`: the models in memory. */
export const ollamaLoaded = z.object({ models: z.array(z.object({ name: z.string() })) })

/** `GET /v1/models` of llama.cpp; `status` in router mode only. */
export const llamacppModels = z.object({
  data: z.array(z.object({ id: z.string(), status: z.object({ value: z.string() }).nullish().catch(undefined) })),
})

/** `GET /api/v0/models` of LM Studio. */
export const lmstudioModels = z.object({ data: z.array(z.object({ id: z.string(), state: text })) })

/** `error` of llama.cpp's 503 while it loads. */
export const loadingError = z.object({
  type: z.literal('unavailable_error'),
  message: z.string().regex(/loading model/i),
})
