import { type ChangeLine, changeLines, jsonLines } from './change-lines.ts'
import type { HouseTool, ToolDefinition } from './house-shapes.ts'

export const changedParts = ['title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const
export type ChangedPart = (typeof changedParts)[number]

/** One part of a tool that a person has to look at. */
export interface PartChange {
  readonly part: ChangedPart
  readonly lines: readonly ChangeLine[]
}

/**
 * `new`: was never approved, so all of it is shown; `changed`: beside what was approved; `unknown`: what was approved is not
 * kept, so all of it is shown too.
 */
export interface ToolChanges {
  readonly kind: 'new' | 'changed' | 'unknown'
  readonly parts: readonly PartChange[]
}

export function toolChanges(tool: HouseTool): ToolChanges {
  const before = tool.approved_definition ?? undefined
  if (before === undefined) {
    return { kind: tool.approved_hash === null ? 'new' : 'unknown', parts: partsOf({}, tool.definition) }
  }
  return { kind: 'changed', parts: partsOf(before, tool.definition) }
}

function partsOf(before: ToolDefinition, after: ToolDefinition): readonly PartChange[] {
  return changedParts.flatMap((part) => {
    const lines = changeLines(linesOf(before[part]), linesOf(after[part]))
    return lines.every(({ change }) => change === 'same') ? [] : [{ part, lines }]
  })
}

const linesOf = (value: unknown): readonly string[] =>
  typeof value === 'string' ? value.split('\n') : jsonLines(value)
