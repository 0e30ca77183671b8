import { z } from 'zod'

/**
 * Messages between Hearth and the process of its embedded engine, over Node's own IPC (structured clone, in order).
 * Both ends are ours and ship together: every object is strict. `services/adapters/local/engine` is the other end.
 */

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const count = z.int().min(0)

/** The part of JSON Schema that node-llama-cpp turns into a grammar (guide/grammar, read 2026-11-22). Every property is required. */
export type GrammarSchema =
  | { readonly type: 'number' | 'integer' | 'boolean' | 'null' }
  | { readonly type: 'string'; readonly minLength?: number; readonly maxLength?: number }
  | { readonly type: 'string'; readonly format: 'date-time' | 'date' | 'time' }
  | { readonly const: Scalar }
  | { readonly enum: readonly Scalar[] }
  | { readonly oneOf: readonly GrammarSchema[]; readonly $defs?: GrammarDefinitions }
  | {
      readonly type: 'object'
      readonly properties?: GrammarDefinitions
      readonly additionalProperties?: boolean | GrammarSchema
      readonly $defs?: GrammarDefinitions
    }
  | {
      readonly type: 'array'
      readonly items?: GrammarSchema
      readonly prefixItems?: readonly GrammarSchema[]
      readonly minItems?: number
      readonly maxItems?: number
      readonly $defs?: GrammarDefinitions
    }
  | { readonly $ref: `#/$defs/${string}`; readonly $defs?: GrammarDefinitions }
type GrammarDefinitions = Readonly<Record<string, GrammarSchema>>
type Scalar = z.infer<typeof scalar>

/** Made by map-json-schema.ts alone, so only its outer form is checked again. */
const grammarSchema = z.custom<GrammarSchema>((value) => typeof value === 'object' && value !== null)

const turn = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['system', 'user']), text: z.string() }),
  z.strictObject({
    type: z.literal('model'),
    response: z.array(
      z.union([
        z.string(),
        z.strictObject({ type: z.literal('functionCall'), name: z.string(), params: z.json(), result: z.json() }),
      ]),
    ),
  }),
])

/** One turn of the conversation, in the shape of node-llama-cpp's ChatHistoryItem. A last `model` turn is continued. */
export type Turn = z.infer<typeof turn>

const job = z.strictObject({
  history: z.array(turn).min(1),
  output: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('text') }),
    /** JSON that fits the schema. */
    z.strictObject({ kind: z.literal('json'), schema: grammarSchema }),
    /** Text, or calls of these functions, as the model likes. */
    z.strictObject({
      kind: z.literal('functions'),
      functions: z.array(z.strictObject({ name: z.string(), description: z.string(), parameters: grammarSchema })),
    }),
  ]),
  /** Null: as far as the context window goes. */
  maxTokens: count.min(1).nullable(),
  temperature: z.number().min(0),
  topP: z.number().gt(0).max(1).nullable(),
  seed: z.int().nullable(),
  stop: z.array(z.string().min(1)),
})

/** One generation. */
export type EngineJob = z.infer<typeof job>

const load = z.strictObject({
  type: z.literal('load'),
  modelPath: z.string(),
  /** Window of each sequence; the model's training length caps it. */
  contextTokens: count.min(1),
  sequences: count.min(1),
  threads: count.min(1),
  /** Jobs that may wait for a free sequence; one more is refused with `provider_overloaded`. */
  queueLimit: count,
})

/** Sent once, first. */
export type LoadCommand = z.infer<typeof load>

/** Hearth → engine. */
export const engineCommand = z.discriminatedUnion('type', [
  load,
  z.strictObject({ type: z.literal('generate'), jobId: count, job }),
  /** Ends the job at its next token, without an answer to this message. */
  z.strictObject({ type: z.literal('cancel'), jobId: count }),
])
export type EngineCommand = z.infer<typeof engineCommand>

const fraction = z.number().min(0).max(1)

const engineEvent = z.discriminatedUnion('type', [
  /** Part of the prompt that was read. */
  z.strictObject({ type: z.literal('prompt'), progress: fraction }),
  z.strictObject({ type: z.enum(['text', 'reasoning']), text: z.string() }),
  z.strictObject({ type: z.literal('call-start'), name: z.string() }),
  z.strictObject({ type: z.literal('call-arguments'), text: z.string() }),
  z.strictObject({ type: z.literal('call-end') }),
])
export type EngineEvent = z.infer<typeof engineEvent>

const usage = z.strictObject({ inputTokens: count, outputTokens: count, cachedTokens: count })

const done = z.strictObject({
  type: z.literal('done'),
  jobId: count,
  reason: z.enum(['stop', 'length', 'tool_calls']),
  usage,
})
export type EngineAnswer = Pick<z.infer<typeof done>, 'reason' | 'usage'>

const failed = z.strictObject({
  type: z.literal('failed'),
  jobId: count,
  code: z.enum([
    'caller_invalid_request',
    'caller_unsupported_feature',
    'provider_overloaded',
    'provider_server_error',
    'provider_stream_error',
  ]),
  message: z.string(),
})
export type EngineFailure = Pick<z.infer<typeof failed>, 'code' | 'message'>

/** Engine → Hearth. */
export const engineMessage = z.discriminatedUnion('type', [
  /** Of loading; the first comes at once and proves that the process lives. */
  z.strictObject({ type: z.literal('progress'), progress: fraction }),
  z.strictObject({ type: z.literal('loaded'), contextTokens: count }),
  /** The model file cannot be used; the engine is of no more use. */
  z.strictObject({ type: z.literal('unloadable'), reason: z.string() }),
  /** `waiting`: jobs of this engine that hold or wait for a sequence before this one starts; 0: it starts now. */
  z.strictObject({ type: z.literal('accepted'), jobId: count, waiting: count }),
  /** What one turn of the engine's event loop produced, for all its jobs. */
  z.strictObject({
    type: z.literal('events'),
    batches: z.array(z.strictObject({ jobId: count, events: z.array(engineEvent) })),
  }),
  done,
  failed,
])
export type EngineMessage = z.infer<typeof engineMessage>
