import { ConfigError } from '../../services/common/config/config-error.ts'
import { HearthError } from '../../services/common/errors/hearth-error.ts'
import type { Exit } from './exit-codes.ts'

/** The end of a command that did not work: one sentence that says what to do, and the error code when there is one. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exit: Exit
  readonly code: string | undefined

  constructor(exit: Exit, message: string, code?: string) {
    super(message)
    this.exit = exit
    this.code = code
  }
}

const deniedCodes: ReadonlySet<string> = new Set([
  'policy_unauthenticated',
  'policy_access_denied',
  'policy_model_blocked',
  'policy_tool_blocked',
])

/** An error that the server answered with, by its code. */
export function serverError(code: string, message: string): CliError {
  return new CliError(deniedCodes.has(code) ? 'denied' : 'failed', message, code)
}

/** Anything thrown by a command, as what the person is told. */
export function toCliError(error: unknown): CliError {
  if (error instanceof CliError) return error
  if (error instanceof ConfigError) return new CliError('configInvalid', error.message)
  if (error instanceof HearthError) return serverError(error.code, error.message)
  return new CliError('failed', error instanceof Error ? error.message : String(error))
}
