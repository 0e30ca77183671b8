import { z } from 'zod'
import { roles } from './principal.ts'
import { type ObjectMeta, resourceName } from './resource.ts'

/** Adapters that generate text or pictures, by the name of their folder. */
const modelAdapters = ['openai', 'anthropic', 'local', 'demo'] as const

const milliseconds = z.int().min(1000).max(3_600_000)
const limit = z.number().positive().nullable().default(null)

const target = z.strictObject({
  adapter: z.enum(modelAdapters).describe('Which adapter serves it'),
  connection: z
    .string()
    .min(1)
    .max(64)
    .default('default')
    .describe("Which of the adapter's connections (one key or server)"),
  model: z.string().min(1).max(256).describe('Model name, as the vendor calls it'),
  priority: z.int().min(0).max(1000).optional().describe('Lower is tried first; default: the position in the list'),
  weight: z.int().min(1).max(1000).default(1).describe('Share among targets of equal priority'),
})

const parameters = z.strictObject({
  temperature: z.number().min(0).max(2).nullable().default(null).describe("Randomness; null: the vendor's default"),
  top_p: z.number().gt(0).max(1).nullable().default(null).describe("Nucleus sampling; null: the vendor's default"),
  max_output_tokens: z.int().min(1).max(1_000_000).default(2048).describe('Longest answer, tokens'),
  stop: z.array(z.string().min(1).max(256)).max(16).default([]).describe('Texts that end the answer'),
  reasoning_effort: z
    .enum(['none', 'minimal', 'low', 'medium', 'high'])
    .nullable()
    .default(null)
    .describe('How long to think'),
  seed: z.int().nullable().default(null).describe('For repeatable answers, where the vendor has it'),
  extra: z.record(z.string(), z.json()).default({}).describe('Sent to the vendor as it is'),
})

const image = z.strictObject({
  adapter: z.enum(modelAdapters).describe('Which adapter draws'),
  connection: z.string().min(1).max(64).default('default').describe("Which of the adapter's connections"),
  model: z.string().min(1).max(256).describe('Model name, as the vendor calls it'),
  partial_images: z.int().min(0).max(3).default(2).describe('Rough versions sent before the final picture'),
  size: z
    .string()
    .regex(/^(auto|\d{2,5}x\d{2,5})$/)
    .default('auto')
    .describe('auto or WIDTHxHEIGHT, pixels'),
  format: z.enum(['png', 'jpeg', 'webp']).default('png').describe('File format of the picture'),
})

const timeouts = z.strictObject({
  headers_ms: milliseconds.default(5000).describe("Until the vendor's response headers, per attempt"),
  first_token_ms: milliseconds.default(15_000).describe('Until the first content, per attempt'),
  idle_ms: milliseconds.default(30_000).describe("Between two reads of the vendor's body"),
  total_ms: milliseconds.default(300_000).describe('For the whole run, over all attempts'),
})

const fallback = z.strictObject({
  mid_stream: z
    .enum(['fail', 'continue'])
    .default('fail')
    .describe('After the first content: fail with the partial kept, or continue on the next target'),
  hedge_after_ms: milliseconds
    .nullable()
    .default(null)
    .describe('Start the next target beside the first after this time; null: never'),
})

const tools = z.strictObject({
  servers: z.array(resourceName).max(1000).default([]).describe('MCP servers whose tools the model may call'),
  devices: z.boolean().default(false).describe('May the model steer devices?'),
  client: z.boolean().default(true).describe('May a client declare its own tools?'),
  allow: z
    .array(z.string())
    .max(1000)
    .default([])
    .describe('Exposed names that may be called; empty: all of `servers`'),
  deny: z.array(z.string()).max(1000).default([]).describe('Exposed names that may not be called'),
  max_rounds: z.int().min(1).max(64).default(8).describe('Model → tool → model rounds in one run'),
  budget_tokens: z.int().min(0).max(1_000_000).default(8000).describe('Tokens that tool schemas may take'),
})

const limits = z.strictObject({
  max_parallel: z.int().min(1).max(100_000).nullable().default(null).describe('Runs at the same time'),
  requests_per_minute: z.int().min(1).max(1_000_000).nullable().default(null).describe('Runs started per minute'),
  tokens_per_day: limit.describe('Tokens in and out per day'),
  cost_per_day: limit.describe('Cost per day, in the currency of `prices`'),
})

const prices = z.strictObject({
  input_per_million: z.number().min(0).default(0).describe('Price of a million input tokens'),
  output_per_million: z.number().min(0).default(0).describe('Price of a million output tokens'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('EUR')
    .describe('ISO 4217 code of the prices'),
})

const access = z.strictObject({
  roles: z.array(z.enum(roles)).default(['admin', 'member']).describe('Roles that may use the profile'),
  users: z.array(resourceName).max(1000).default([]).describe('Users that may use it whatever their role'),
})

/** A named model configuration with targets and limits: config.yaml `profiles.<name>`, REST body, custom resource spec. */
export const modelProfileSpec = z.strictObject({
  description: z.string().max(1024).default('').describe('Shown to clients'),
  default: z.boolean().default(false).describe('Used when a client names none'),
  targets: z.array(target).min(1).max(32).describe('In order; the first that can be served answers'),
  instructions: z.string().max(100_000).default('').describe('System prompt'),
  parameters: parameters.prefault({}).describe('What is asked of the model, unless the request says otherwise'),
  modalities: z
    .array(z.enum(['text', 'image']))
    .min(1)
    .default(['text'])
    .describe('What it may produce'),
  image: image.nullable().default(null).describe('Who draws pictures; null: nobody'),
  timeouts: timeouts.prefault({}).describe('Milliseconds'),
  fallback: fallback.prefault({}).describe('What happens when a target fails'),
  tools: tools.prefault({}).describe('Which tools the model gets'),
  limits: limits.prefault({}).describe('Over all callers; null: no limit'),
  prices: prices.prefault({}).describe('For the cost of runs'),
  access: access.prefault({}).describe('Who may use the profile'),
  detach_ttl_seconds: z.int().min(0).max(86_400).default(120).describe('How long a run goes on without a reader'),
})

export type ModelProfileSpec = z.output<typeof modelProfileSpec>
export type ModelProfile = ModelProfileSpec & ObjectMeta
