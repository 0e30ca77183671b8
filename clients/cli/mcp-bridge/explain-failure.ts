import { SdkHttpError } from '@modelcontextprotocol/client'
import { z } from 'zod'
import { toCliError } from '../cli-error.ts'
import { unreachable } from '../reach.ts'
import { refusal } from '../rest.ts'

/** What a JSON-RPC error says, whatever request it is of. */
const rpcError = z.object({ error: z.object({ message: z.string() }) })

/** Why a message did not reach the house, as a sentence that says what to do. */
export function explainFailure(error: unknown, endpoint: URL): string {
  if (error instanceof SdkHttpError && error.status !== undefined) {
    return explainStatus(error.status, bodyOf(error), endpoint)
  }
  // fetch throws it when there is no connection.
  if (!(error instanceof TypeError)) return toCliError(error).message
  if (isSilence(error.cause)) return 'The house said nothing for five minutes; the call was given up.'
  return unreachable(endpoint.origin, error).message
}

/** The patience of Node's fetch. */
const isSilence = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(String(cause.code))

function explainStatus(status: number, content: unknown, endpoint: URL): string {
  const told = rpcError.safeParse(content)
  if (told.success) return told.data.error.message
  if (status === 404 && content === undefined) {
    return `${endpoint.href} is not there; is the server a Hearth of this version?`
  }
  return refusal(status, content).message
}

/** The JSON that came with a status; undefined: none did. */
export function bodyOf({ data }: SdkHttpError): unknown {
  try {
    return JSON.parse(String(data['text']))
  } catch {
    return undefined
  }
}
