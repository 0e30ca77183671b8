import type { Aggregator } from '../../aggregator/aggregator.ts'
import type { OwnTool } from '../own-parts.ts'
import { findTools } from './find-tools.ts'

export interface OwnPartsDeps {
  readonly aggregator: Aggregator
}

export interface OwnParts {
  readonly tools: readonly OwnTool[]
}

/** What the house itself offers to MCP clients, beside what its servers do. */
export function createOwnParts({ aggregator }: OwnPartsDeps): OwnParts {
  return { tools: [...findTools(aggregator)] }
}
