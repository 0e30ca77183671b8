import { pino, stdTimeFunctions } from 'pino'
import pretty from 'pino-pretty'
import type { Config } from '../config/config-schema.ts'
import type { Logger } from './logger.ts'

/** Keys whose values never reach a log, at the top and one or two levels down. */
const secretKeys = [
  'authorization',
  'token',
  'secret',
  'api_key',
  'apiKey',
  'password',
  'device_secret',
  'code',
  'auth',
  'resume_token',
]

const redactedPaths = secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`])

/** The process's logger, to standard error: JSON lines, or colours on a terminal. Secrets are redacted by key name. */
export function createLogger(config: Config['log'], stream: NodeJS.WriteStream = process.stderr): Logger {
  const isPretty = config.pretty === 'always' || (config.pretty === 'auto' && stream.isTTY)
  const destination = isPretty
    ? pretty({ colorize: stream.isTTY, ignore: 'pid,hostname', destination: stream })
    : stream
  return pino(
    {
      level: config.level,
      timestamp: stdTimeFunctions.isoTime,
      base: null,
      redact: { paths: redactedPaths, censor: '[redacted]' },
    },
    destination,
  )
}
