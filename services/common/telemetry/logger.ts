import type { FastifyBaseLogger } from 'fastify'

/** Structured log, pino's calls; secrets are redacted by key name where it is made. `level` may change while it runs. */
export type Logger = FastifyBaseLogger
