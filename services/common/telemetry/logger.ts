import type { Logger as PinoLogger } from 'pino'

/** Structured log; secrets are redacted by key name where it is made. */
export type Logger = Pick<PinoLogger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'child'>
