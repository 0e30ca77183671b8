import { getSystemErrorMap } from 'node:util'
import { pino, stdTimeFunctions } from 'pino'
import pretty from 'pino-pretty'
import type { Config } from '../config/config-schema.ts'
import { isErrorCode } from '../errors/error-table.ts'
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

/**
 * The process's logger, to standard error: JSON lines, or colours on a terminal. Secrets are redacted by key name. Its
 * `level` holds for its children too, also those that exist when it is changed.
 */
export function createLogger(config: Config['log'], stream: NodeJS.WriteStream = process.stderr): Logger {
  const isPretty = config.pretty === 'always' || (config.pretty === 'auto' && stream.isTTY)
  const destination = isPretty
    ? pretty({ colorize: stream.isTTY, ignore: 'pid,hostname', destination: stream })
    : stream
  const log: Logger = pino(
    {
      level: config.level,
      timestamp: stdTimeFunctions.isoTime,
      base: null,
      redact: { paths: redactedPaths, censor },
      onChild: (child: Logger) => {
        child.level = 'trace'
      },
      hooks: {
        logMethod(line, write, level) {
          if (level >= weightOf(log.level)) write.apply(this, line)
        },
      },
    },
    destination,
  )
  return log
}

const weightOf = (level: string): number => pino.levels.values[level] ?? Infinity

/** `code` is a pairing code or the name of an error; the name is what a reader of the log needs. */
const censor = (value: unknown, path: readonly string[]): unknown =>
  path.at(-1) === 'code' && isErrorName(value) ? value : '[redacted]'

/** Ours (`store_full`), Node's and SQLite's (`ERR_…`, `SQLITE_…`), the operating system's (`ENOSPC`). */
const isErrorName = (value: unknown): boolean =>
  isErrorCode(value) ||
  (typeof value === 'string' && /^(ERR|SQLITE|UND_ERR|FST_ERR|HPE)_[A-Z_]+$/.test(value)) ||
  [...getSystemErrorMap().values()].some(([name]) => name === value)
