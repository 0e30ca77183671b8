import { z } from 'zod'

/*
 * What we read of a Chat Completions stream; everything else is ignored, null means absent.
 * Source: https://platform.openai.com/docs/api-reference/chat-streaming/streaming, read 2026-11-22; the fields beyond it
 * are those of llama.cpp (prompt_progress, reasoning_content), vLLM, DeepSeek (reasoning_content), OpenRouter (reasoning).
 */

const text = z.string().nullish()

const toolCallDelta = z.object({
  index: z.int().min(0).nullish(),
  id: text,
  function: z.object({ name: text, arguments: text }).nullish(),
})

const choice = z.object({
  index: z.int().nullish(),
  delta: z
    .object({
      content: text,
      refusal: text,
      reasoning_content: text,
      reasoning: text,
      tool_calls: z.array(toolCallDelta).nullish(),
    })
    .nullish(),
  finish_reason: text,
})

const count = z.int().min(0)

const usage = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  prompt_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: count.nullish() }).nullish(),
})

export const chatChunk = z.object({
  error: z.unknown().optional(),
  choices: z.array(choice).nullish(),
  usage: usage.nullish().catch(undefined),
  prompt_progress: z.object({ total: count, processed: count }).nullish().catch(undefined),
})

export type ChatChunk = z.output<typeof chatChunk>
export type WireToolCallDelta = z.output<typeof toolCallDelta>
export type WireUsage = z.output<typeof usage>

/** What tells the kind of a failure, inside `error` of a failed answer. */
export const errorBody = z.object({ code: z.union([z.string(), z.number()]).nullish(), type: text })
