import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema'
import type { OutputConfig } from '@anthropic-ai/sdk/resources/messages'
import type { ResponseFormat } from '../../common/contracts/generate-request.ts'
import type { ModelTraits } from './model-traits.ts'

/** How an answer's form is asked for: by a field of the request, or in words. */
export interface Format {
  readonly config: OutputConfig
  readonly instructions: readonly string[]
}

/**
 * A JSON Schema is kept by `output_config.format` in the form that the SDK's own helper gives it
 * (https://platform.claude.com/docs/en/build-with-claude/structured-outputs, read 2026-11-22). What that cannot express, any
 * JSON object, and older servers are asked for in words.
 */
export function mapFormat(format: ResponseFormat, { hasStructuredOutput }: ModelTraits): Format {
  if (format.type === 'text') return { config: {}, instructions: [] }
  if (format.type === 'json_object') {
    return { config: {}, instructions: ['Answer with one JSON object and nothing else, without a code fence.'] }
  }
  const schema = hasStructuredOutput ? strictSchema(format.schema) : undefined
  if (schema !== undefined) return { config: { format: { type: 'json_schema', schema } }, instructions: [] }
  const about = format.description === undefined ? '' : `${format.description}\n`
  const ask = 'Answer with one JSON value that fits this JSON Schema and nothing else, without a code fence:'
  return { config: {}, instructions: [`${about}${ask}\n${JSON.stringify(format.schema)}`] }
}

function strictSchema(schema: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  if (hasFreeKeys(schema)) return undefined
  try {
    return transformJSONSchema(schema)
  } catch {
    return undefined
  }
}

/** An object whose keys are not all named would come out as one without them. */
function hasFreeKeys(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false
  if ('type' in node && node.type === 'object') {
    const isOpen = 'additionalProperties' in node && node.additionalProperties !== false
    if (isOpen || !('properties' in node)) return true
  }
  return Object.values(node).some(hasFreeKeys)
}
