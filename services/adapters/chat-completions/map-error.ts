import { APIError } from 'openai'
import { HearthError, toHearthError } from '../../common/errors/hearth-error.ts'
import { parseUntrusted } from '../../common/parse-untrusted.ts'
import { connectionFailed, refusalOf, systemCode } from '../vendor-failure.ts'
import { errorBody } from './wire-schema.ts'

/** What a failure of the OpenAI SDK or its socket means. `path` is the connection's, such as `adapters.openai.connections.default`. */
export function mapError(error: unknown, path: string): HearthError {
  if (error instanceof HearthError) return error
  if (error instanceof APIError && error.status !== undefined) {
    return refusalOf({ status: error.status, headers: error.headers, codes: vendorCodes(error.error), path })
  }
  if (error instanceof APIError || systemCode(error) !== undefined) return connectionFailed(error, path)
  return toHearthError(error)
}

/** The words that tell the kind of a failure, `code` before `type`. */
export function vendorCodes(body: unknown): readonly string[] {
  const parsed = parseUntrusted(errorBody, body)
  return parsed.success ? [parsed.data.code, parsed.data.type].map((code) => String(code)) : []
}
