import type { FastifyReply } from 'fastify'
import type { RunEvent } from '../../common/contracts/run-event.ts'
import type { RunRequest } from '../../common/contracts/run-request.ts'
import { type HearthError, toHearthError } from '../../common/errors/hearth-error.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { MergePolicy } from '../sending/merge-policy.ts'
import type { AnswerForm, AnswerName, EventEncoder } from './answer-form.ts'
import type { ApiLimits } from './api-limits.ts'
import { collectAnswer } from './collect-answer.ts'
import { EventStream } from './event-stream.ts'
import type { RunReader } from './read-run.ts'

/** What a caller asked for, ready to be run. */
export interface Order {
  readonly request: RunRequest
  readonly isStream: boolean
  readonly form: AnswerForm
}

export interface ServeDeps {
  readonly reader: RunReader
  readonly reply: FastifyReply
  readonly limits: ApiLimits
  /** Joins deltas while the client or this process lags. */
  readonly merge: MergePolicy['merge']
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
  readonly log: Logger
}

/**
 * Runs an order and answers it: as one object, or as a stream whose status is sent with the first content.
 * @throws HearthError whatever goes wrong before an answer has begun.
 */
export async function serveRun(deps: ServeDeps, { request, isStream, form }: Order): Promise<unknown> {
  const ref = await deps.reader.start(request)
  deps.reply.header('x-request-id', ref.runId)
  const name: AnswerName = { ref, model: request.profile ?? ref.profile, createdAt: Math.floor(deps.clock() / 1000) }
  if (!isStream) return form.whole(name, await collectAnswer(deps.reader, deps.limits.answerBytes))
  await stream(deps, form.encoder(name))
  return deps.reply
}

async function stream(deps: ServeDeps, encoder: EventEncoder): Promise<void> {
  const events = new EventStream({ response: deps.reply.raw, limits: deps.limits, elapsed: deps.elapsed })
  let held = ''
  let isOpen = false
  try {
    await deps.reader.read((batch) => {
      const text = encodeBatch(encoder, deps.merge(batch, events.isBehind))
      if (isOpen) events.write(text)
      else held += text
      if (!isOpen && batch.some(isContent)) {
        isOpen = true
        open(deps.reply, events, held)
      }
      return events.isFull ? untilFree(events) : undefined
    })
    events.end('')
  } catch (thrown) {
    if (!isOpen) throw thrown
    events.end(encoder.fail(reported(deps.log, thrown)))
  }
}

async function untilFree(events: EventStream): Promise<void> {
  while (events.isFull) await events.whenFree()
}

/** From here on the response belongs to the stream. */
function open(reply: FastifyReply, events: EventStream, text: string): void {
  reply.hijack()
  const headers = Object.entries(reply.getHeaders()).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)] as const],
  )
  events.open(Object.fromEntries(headers), text)
}

function encodeBatch(encoder: EventEncoder, batch: readonly RunEvent[]): string {
  let text = ''
  for (const event of batch) text += encoder.encode(event)
  return text
}

/** What a caller waits for: until it comes, a failure still is an HTTP status. */
function isContent({ message }: RunEvent): boolean {
  switch (message.type) {
    case 'response.output_text.delta':
    case 'response.reasoning_text.delta':
    case 'response.refusal.delta':
    case 'response.image_generation_call.partial_image':
    case 'response.image_generation_call.completed':
    case 'response.completed':
    case 'response.incomplete':
      return true
    case 'response.output_item.added':
      return message.item.type === 'function_call'
    default:
      return false
  }
}

function reported(log: Logger, thrown: unknown): HearthError {
  const error = toHearthError(thrown)
  if (error.code === 'gateway_internal') log.error({ err: thrown }, 'an answer failed by a defect')
  return error
}
