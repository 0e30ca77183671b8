import type { BodyStep } from './body-step.ts'
import { chatWire } from './chat-stream.ts'
import { embeddingsAnswer } from './embeddings-answer.ts'
import type { Dialect } from './error-answer.ts'
import { type ImageEvent, imageAnswer, imageWire } from './image-stream.ts'
import { messagesWire } from './messages-stream.ts'
import { ollamaWire } from './ollama-stream.ts'
import { placeFault } from './place-fault.ts'
import { fieldOf } from './read-body.ts'
import { responsesWire } from './responses-stream.ts'
import type { Scenario } from './scenario.ts'

/** How an answer begins and what its body is made of. */
export interface AnswerPlan {
  readonly contentType: string
  readonly steps: Iterable<BodyStep>
}

interface Endpoint {
  readonly dialect: Dialect
  readonly plan: (body: unknown, scenario: Scenario) => AnswerPlan
}

const eventStream = 'text/event-stream; charset=utf-8'

/** What is served, by path. */
const endpoints: Readonly<Record<string, Endpoint>> = {
  '/v1/chat/completions': {
    dialect: 'openai',
    plan: (_, scenario) => ({ contentType: eventStream, steps: placeFault(chatWire(scenario), scenario) }),
  },
  '/v1/responses': {
    dialect: 'openai',
    plan: (_, scenario) => ({ contentType: eventStream, steps: placeFault(responsesWire(scenario), scenario) }),
  },
  '/v1/messages': {
    dialect: 'anthropic',
    plan: (_, scenario) => ({ contentType: eventStream, steps: placeFault(messagesWire(scenario), scenario) }),
  },
  '/api/chat': {
    dialect: 'ollama',
    plan: (_, scenario) => ({ contentType: 'application/x-ndjson', steps: placeFault(ollamaWire(scenario), scenario) }),
  },
  '/v1/images/generations': {
    dialect: 'openai',
    plan: (body, scenario) => picture(body, scenario, 'image_generation'),
  },
  '/v1/images/edits': { dialect: 'openai', plan: (body, scenario) => picture(body, scenario, 'image_edit') },
  '/v1/embeddings': { dialect: 'openai', plan: (body, scenario) => json(embeddings(body), scenario) },
}

/** The endpoint of a path, whatever comes after `?`; undefined: 404. */
export const endpointOf = (path: string): Endpoint | undefined => endpoints[path.split('?')[0] ?? '']

function picture(body: unknown, scenario: Scenario, name: ImageEvent): AnswerPlan {
  if (String(fieldOf(body, 'stream')) !== 'true') return json(imageAnswer(), scenario)
  const partials = Math.min(Number(fieldOf(body, 'partial_images') ?? 0), scenario.partials)
  return { contentType: eventStream, steps: placeFault(imageWire(scenario, name, partials), scenario) }
}

function embeddings(body: unknown): object {
  const input = fieldOf(body, 'input')
  return embeddingsAnswer({
    inputs: (Array.isArray(input) ? input : [input]).map(String),
    dimensions: Number(fieldOf(body, 'dimensions') ?? 8),
    encoding: fieldOf(body, 'encoding_format') === 'base64' ? 'base64' : 'float',
  })
}

const json = (value: object, scenario: Scenario): AnswerPlan => ({
  contentType: 'application/json',
  steps: jsonSteps(JSON.stringify(value), scenario),
})

/** An answer that is one JSON text is cut in its middle. */
function* jsonSteps(text: string, { fault }: Scenario): Generator<BodyStep> {
  if (fault === 'silence-after-headers') return yield { do: 'stall' }
  const isCut = fault !== undefined && cutting.has(fault)
  if (!isCut) return yield text
  yield text.slice(0, text.length / 2)
  if (fault === 'stall-mid-stream') yield { do: 'stall' }
  if (fault === 'reset-mid-stream') yield { do: 'reset' }
}

const cutting: ReadonlySet<string> = new Set([
  'stall-mid-stream',
  'reset-mid-stream',
  'end-without-terminator',
  'malformed-json',
])
