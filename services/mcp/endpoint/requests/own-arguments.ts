import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import type { OwnTool } from '../own-parts.ts'

/** Says what is wrong with the arguments of a tool, or nothing. */
export type ArgumentCheck = (args: unknown) => string | undefined

/** Checks for our own tools, compiled once; JSON Schema 2020-12. */
export function compileArgumentChecks(tools: readonly OwnTool[]): ReadonlyMap<string, ArgumentCheck> {
  const ajv = new Ajv2020({ strict: false, allErrors: false })
  return new Map(tools.map(({ definition }) => [definition.name, checkOf(ajv.compile(definition.inputSchema))]))
}

const checkOf =
  (validate: ValidateFunction): ArgumentCheck =>
  (args) =>
    validate(args) ? undefined : sentence(validate.errors?.[0])

function sentence(error: ErrorObject | undefined): string {
  const path = error?.instancePath.slice(1).replaceAll('/', '.') ?? ''
  const extra: unknown = error?.params['additionalProperty']
  const named = typeof extra === 'string' ? ` (${extra})` : ''
  return `${path === '' ? 'the arguments' : path} ${error?.message ?? 'do not fit the schema'}${named}`
}
