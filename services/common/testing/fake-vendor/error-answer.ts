import { secretText } from './body-step.ts'

/** Whose API a path belongs to; decides the shape of an error. */
export type Dialect = 'openai' | 'anthropic' | 'ollama'

/** Sources, read 2026-11-22: platform.openai.com/docs/guides/error-codes, platform.claude.com/docs/en/api/errors, docs.ollama.com/api/errors. */
export function errorBody(dialect: Dialect, status: number, code: string | undefined): object {
  const message = messageOf(dialect, code)
  if (dialect === 'ollama') return { error: message }
  const fallback = status >= 500 ? 'server_error' : 'invalid_request_error'
  if (dialect === 'openai') return { error: { message, type: fallback, param: null, code: code ?? null } }
  const type = code === 'context_length_exceeded' ? undefined : code
  return {
    type: 'error',
    error: { type: type ?? anthropicTypes[status] ?? 'api_error', message },
    request_id: 'req_fake',
  }
}

/** Anthropic has no code for an over-long prompt: only the first words say it. */
const messageOf = (dialect: Dialect, code: string | undefined): string =>
  dialect === 'anthropic' && code === 'context_length_exceeded' ? `prompt is too long: ${secretText}` : secretText

const anthropicTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

/** What llama.cpp answers until its model is in memory. */
export const loadingBody = { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } }
