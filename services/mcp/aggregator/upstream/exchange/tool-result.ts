import { type CallToolResult, type StandardSchemaV1, specTypeSchemas } from '@modelcontextprotocol/client'
import { isRecord } from '../../../../common/is-record.ts'

/** The SDK's schema of what a tool answers, which need not be asked for answers of nothing but text. */
export const toolResult: StandardSchemaV1<unknown, CallToolResult> = {
  '~standard': {
    version: 1,
    vendor: 'hearth',
    validate: (value) =>
      isTextResult(value) ? { value } : specTypeSchemas.CallToolResult['~standard'].validate(value),
  },
}

function isTextResult(value: unknown): value is CallToolResult {
  if (!isRecord(value)) return false
  const { content, isError = false } = value
  const hasOnlyKnown = Object.keys(value).every((key) => key === 'content' || key === 'isError')
  return hasOnlyKnown && typeof isError === 'boolean' && Array.isArray(content) && content.every(isTextBlock)
}

const isTextBlock = (block: unknown): boolean =>
  isRecord(block) && block['type'] === 'text' && typeof block['text'] === 'string' && Object.keys(block).length === 2
