import { APIError } from '@anthropic-ai/sdk'
import { HearthError, toHearthError } from '../../common/errors/hearth-error.ts'
import { parseUntrusted } from '../../common/parse-untrusted.ts'
import { connectionFailed, refusalOf, streamFailureOf, systemCode } from '../vendor-failure.ts'
import { errorBody, type WireError } from './wire-schema.ts'

/** What a failure of the SDK or its socket means. `path` is the connection's, such as `adapters.anthropic.connections.default`. */
export function mapError(error: unknown, path: string): HearthError {
  if (error instanceof HearthError) return error
  if (error instanceof APIError && error.status !== undefined) {
    return refusalOf({ status: error.status, headers: error.headers, codes: vendorCodes(error.error), path })
  }
  if (error instanceof APIError || systemCode(error) !== undefined) return connectionFailed(error, path)
  return toHearthError(error)
}

/**
 * Both are `invalid_request_error`, told apart by the text alone: "prompt is too long: 208656 tokens > 200000 maximum",
 * "input length and `max_tokens` exceed context limit: …" and "Your credit balance is too low to access …".
 * Sources: https://platform.claude.com/docs/en/api/errors, and reports of both texts from 2024-07 to 2025-10.
 */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/^prompt is too long\b/i, 'context_length_exceeded'],
  [/^input length and `?max_tokens`? exceed context limit\b/i, 'context_length_exceeded'],
  [/^your credit balance is too low\b/i, 'billing_error'],
]

function vendorCodes(body: unknown): readonly string[] {
  const parsed = parseUntrusted(errorBody, body)
  if (!parsed.success) return []
  const { type, message } = parsed.data.error
  if (type !== 'invalid_request_error') return type ? [type] : []
  return phrases.filter(([phrase]) => phrase.test(message ?? '')).map(([, code]) => code)
}

/** An `error` event inside a stream. */
export const streamFailure = (event: WireError): HearthError => streamFailureOf(vendorCodes(event))
