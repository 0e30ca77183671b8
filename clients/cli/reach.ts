import { CliError } from './cli-error.ts'

/** A person waits; no route of the settings takes longer. */
const TIMEOUT_MS = 30_000

/** `fetch` without redirects and with a deadline; what cannot be reached is `unreachable`. */
export async function reach(url: string, init: RequestInit & { readonly signal: AbortSignal }): Promise<Response> {
  const signal = AbortSignal.any([init.signal, AbortSignal.timeout(TIMEOUT_MS)])
  try {
    return await fetch(url, { ...init, signal, redirect: 'error' })
  } catch (error) {
    init.signal.throwIfAborted()
    throw unreachable(new URL(url).origin, error)
  }
}

/** Why a connection failed, as a sentence. */
export function unreachable(url: string, error: unknown): CliError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  const why = code === undefined ? '' : ` (${code})`
  return new CliError(
    'unreachable',
    `No Hearth answers at ${url}${why}; start it with npm start, or name another with --url.`,
  )
}
