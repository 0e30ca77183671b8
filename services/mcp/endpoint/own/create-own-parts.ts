import type { ChangeBus } from '../../../common/contracts/settings.ts'
import type { Logger } from '../../../common/telemetry/logger.ts'
import type { Aggregator } from '../../aggregator/aggregator.ts'
import type { Store } from '../../store/store.ts'
import type { OwnResources, OwnTool } from '../own-parts.ts'
import { callTool } from './call-tool.ts'
import { conversationTools } from './conversation-tools.ts'
import { findTools } from './find-tools.ts'
import { createOwnResources } from './own-resources.ts'
import { settingKinds } from './setting-kinds.ts'
import { settingTools } from './setting-tools.ts'
import { switchTools } from './switch-tools.ts'

export interface OwnPartsDeps {
  readonly store: Store
  readonly aggregator: Aggregator
  readonly bus: ChangeBus
  readonly log: Logger
  /** `mcp.allow_api_commands`, as it is now. */
  readonly allowApiCommands: () => boolean
}

/** What the house itself offers to MCP clients, beside what its servers do. */
export function createOwnParts(deps: OwnPartsDeps): {
  /** In the order in which they are listed. */
  readonly tools: readonly OwnTool[]
  readonly resources: OwnResources
} {
  const { store, aggregator } = deps
  const kinds = settingKinds(deps)
  return {
    tools: [
      ...findTools(aggregator),
      callTool,
      ...switchTools({ store, aggregator }),
      ...settingTools({ kinds, aggregator, audit: store.audit }),
      ...conversationTools(store),
    ],
    resources: createOwnResources({ ...deps, kinds }),
  }
}
