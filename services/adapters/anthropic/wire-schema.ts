import { z } from 'zod'
import { parseUntrusted } from '../../common/parse-untrusted.ts'

/*
 * What we read of a Messages stream; everything else is ignored, null means absent.
 * Source: https://platform.claude.com/docs/en/build-with-claude/streaming and the types of @anthropic-ai/sdk 1.12.0,
 * read 2026-11-22. Servers that speak it beside Anthropic's leave fields out.
 */

const text = z.string().nullish()
const index = z.int().min(0)
const count = z.int().min(0).nullish()

const usage = z
  .object({
    input_tokens: count,
    output_tokens: count,
    cache_read_input_tokens: count,
    cache_creation_input_tokens: count,
    output_tokens_details: z.object({ thinking_tokens: count }).nullish(),
  })
  .nullish()
  .catch(undefined)

const wireEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('content_block_delta'),
    index,
    delta: z.object({ type: z.string(), text, thinking: text, partial_json: text }),
  }),
  z.object({
    type: z.literal('content_block_start'),
    index,
    content_block: z.object({
      type: z.string(),
      id: text,
      name: text,
      text,
      thinking: text,
      input: z.unknown().optional(),
    }),
  }),
  z.object({ type: z.literal('content_block_stop'), index }),
  z.object({ type: z.literal('message_start'), message: z.object({ usage }).nullish() }),
  z.object({ type: z.literal('message_delta'), delta: z.object({ stop_reason: text }).nullish(), usage }),
  z.object({ type: z.literal('message_stop') }),
  z.object({ type: z.literal('ping') }),
  z.object({ type: z.literal('error'), error: z.unknown().optional() }),
])

export type WireEvent = z.output<typeof wireEvent>
export type WireError = Extract<WireEvent, { type: 'error' }>
export type WireUsage = NonNullable<z.output<typeof usage>>
export type WireBlock = Extract<WireEvent, { type: 'content_block_start' }>['content_block']
export type WireDelta = Extract<WireEvent, { type: 'content_block_delta' }>['delta']

const known: ReadonlySet<string> = new Set(wireEvent.options.map(({ shape }) => shape.type.value))
const named = z.object({ type: z.string() })

/** One event; a `ping` for a kind that is new to us; undefined for what is none. */
export function parseWireEvent(json: unknown): WireEvent | undefined {
  const parsed = parseUntrusted(wireEvent, json)
  if (parsed.success) return parsed.data
  const header = parseUntrusted(named, json)
  return header.success && !known.has(header.data.type) ? { type: 'ping' } : undefined
}

/** Body of a failed answer, and of an error event (https://platform.claude.com/docs/en/api/errors, read 2026-11-22). */
export const errorBody = z.object({ error: z.object({ type: text, message: text }) })
