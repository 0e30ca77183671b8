import { createHash, randomBytes } from 'node:crypto'
import type { Router } from '../../services/common/contracts/router.ts'
import type { RunEvent, RunMessage } from '../../services/common/contracts/run-event.ts'
import { fakeFinalResponse } from '../../services/common/testing/fake-router.ts'

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export interface PictureRouter extends Router {
  /** Lets the content of every run go at the same moment. */
  release(): void
}

export interface PicturePlan {
  readonly pictures: number
  readonly pictureBytes: number
  readonly deltas: number
  readonly deltaLength: number
}

/** Runs in lanes named `picture…` draw, all others talk; all wait for `release` after `response.created`. */
export function pictureRouter(plan: PicturePlan): PictureRouter {
  const gate = Promise.withResolvers<void>()
  const runs: string[] = []
  return {
    release: gate.resolve,
    start: async (request) => {
      runs.push(request.lane.streamId)
      const runId = `resp_${runs.length - 1}`
      return { runId, conversation: 'conv', profile: 'demo', existing: false }
    },
    runs: async () => [],
    cancel: async () => undefined,
    embed: async () => {
      throw new Error('nobody asks for vectors here')
    },
    attach: async function* (runId) {
      const lane = runs[Number(runId.slice(5))] ?? ''
      const content = lane.startsWith('picture') ? pictureEvents(plan) : textEvents(plan)
      const terminal: Numberless = {
        message: { type: 'response.completed', response: fakeFinalResponse(runId, 'completed') },
      }
      const created: Numberless = { message: { type: 'response.created', profile: 'demo', conversation: 'conv' } }
      const events = [created, ...content, terminal].map(
        (event, sequenceNumber): RunEvent => ({ ...event, sequenceNumber }),
      )
      yield events.slice(0, 1)
      await gate.promise
      yield events.slice(1)
    },
  }
}

interface Numberless {
  readonly message: RunMessage
  readonly bytes?: Uint8Array
}

function pictureEvents({ pictures, pictureBytes }: PicturePlan): readonly Numberless[] {
  return Array.from({ length: pictures }, (_, index): Numberless => {
    const bytes = randomBytes(pictureBytes + index)
    const blob = { blob_no: index, media_type: 'image/png', byte_length: bytes.length, sha256: sha256(bytes) }
    const item = { item_id: 'item_0', output_index: 0 }
    const message: RunMessage =
      index === pictures - 1
        ? { type: 'response.image_generation_call.completed', ...item, ...blob, blob_id: 'blob_x' }
        : { type: 'response.image_generation_call.partial_image', ...item, ...blob, partial_image_index: index }
    return { message, bytes }
  })
}

const textEvents = ({ deltas, deltaLength }: PicturePlan): readonly Numberless[] =>
  Array.from({ length: deltas }, (_, index): Numberless => {
    const position = { item_id: 'item_0', output_index: 0, content_index: 0 }
    return { message: { type: 'response.output_text.delta', ...position, delta: `${index} `.padEnd(deltaLength, '.') } }
  })
