import type { OpenAI } from 'openai'
import { chatDialect } from '../chat-completions/map-stream.ts'
import { bodyOf, eventStreamOf } from '../chat-completions/open-stream.ts'
import { endedBy } from '../chat-completions/openai-client.ts'
import { type Batches, readVendorStream, type StreamReading } from '../vendor-stream.ts'
import { imageBodyDialect, imageDialect } from './map-image-stream.ts'
import { responsesDialect } from './map-responses-stream.ts'
import type { PlannedCall } from './plan-call.ts'

/** Sends what is planned, and resolves with the headers of a good answer. @throws what the SDK throws. */
export function sendCall(client: OpenAI, call: PlannedCall, signal: AbortSignal): Promise<Response> {
  switch (call.api) {
    case 'chat':
      return client.chat.completions.create(call.body, endedBy(signal)).asResponse()
    case 'responses':
      return client.responses.create(call.body, endedBy(signal)).asResponse()
    case 'generations':
      return client.images.generate(call.body, endedBy(signal)).asResponse()
    case 'edits':
      return client.images.edit(call.body, endedBy(signal)).asResponse()
  }
}

/** The events of a good answer. @throws HearthError as `ModelAdapter.generate`. */
export function readAnswer(
  call: PlannedCall,
  response: Response,
  callIdPrefix: string,
  reading: StreamReading,
): Batches {
  const { transport } = reading
  switch (call.api) {
    case 'chat':
      return readVendorStream(eventStreamOf(response, transport), chatDialect(callIdPrefix), reading)
    case 'responses':
      return readVendorStream(eventStreamOf(response, transport), responsesDialect(callIdPrefix), reading)
    case 'generations':
    case 'edits': {
      const body = bodyOf(response, transport)
      if (body.type === 'json') return readVendorStream(body.bytes, imageBodyDialect(call.format), reading)
      return readVendorStream(body.bytes, imageDialect(call.format), reading)
    }
  }
}
