import { type Metadata, ServerError, Status } from 'nice-grpc'
import { z } from 'zod'
import { errorRow, isErrorCode } from '../errors/error-table.ts'
import { type ErrorDetails, HearthError } from '../errors/hearth-error.ts'
import { parseUntrusted } from '../parse-untrusted.ts'
import { dropUndefined } from './wire-values.ts'

/** Trailer that carries code, message, retryability and details across the wire; JSON. */
const trailerName = 'hearth-error-bin'

/** Headers are bounded (8 KiB by default): a longer message is cut. */
const maxMessageLength = 2000

const trailerSchema = z.object({
  code: z.custom<Parameters<typeof errorRow>[0]>(isErrorCode),
  message: z.string(),
  retryable: z.boolean(),
  details: z.object({
    param: z.string().optional(),
    retryAfterMs: z.number().optional(),
    origin: z.string().optional(),
    file: z.string().optional(),
    line: z.number().optional(),
    vendorStatus: z.number().optional(),
    openaiCode: z.literal('context_length_exceeded').optional(),
  }),
})

/** The status a failure ends a call with; the rest of it goes into the trailer. */
export function toServerError(error: HearthError, trailer: Metadata): ServerError {
  const { code, retryable, details } = error
  const message = error.message.slice(0, maxMessageLength)
  trailer.set(trailerName, new TextEncoder().encode(JSON.stringify({ code, message, retryable, details })))
  return new ServerError(Status[errorRow(code).grpc], message)
}

/** The failure a peer reported; undefined when it brought none, or one of another version. */
export function readErrorTrailer(trailer: Metadata | undefined): HearthError | undefined {
  const bytes = trailer?.get(trailerName)
  if (bytes === undefined) return undefined
  try {
    const parsed = parseUntrusted(trailerSchema, JSON.parse(new TextDecoder().decode(bytes)))
    if (!parsed.success) return undefined
    const { code, message, retryable } = parsed.data
    const details: ErrorDetails = dropUndefined(parsed.data.details)
    return new HearthError(code, message, { retryable, details })
  } catch {
    return undefined
  }
}
