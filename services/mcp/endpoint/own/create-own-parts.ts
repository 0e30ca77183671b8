import type { ChangeBus } from '../../../common/contracts/settings.ts'
import type { Logger } from '../../../common/telemetry/logger.ts'
import type { ApiContext } from '../../api/api-context.ts'
import type { OwnResources, OwnTool } from '../own-parts.ts'
import { callTool } from './call-tool.ts'
import { conversationTools } from './conversation-tools.ts'
import { findTools } from './find-tools.ts'
import { createOwnResources } from './own-resources.ts'
import { settingKinds } from './setting-kinds.ts'
import { settingTools } from './setting-tools.ts'
import { switchTools } from './switch-tools.ts'

export interface OwnPartsDeps extends ApiContext {
  readonly bus: ChangeBus
  readonly log: Logger
}

/** What the house itself offers to MCP clients, beside what its servers do. */
export function createOwnParts(deps: OwnPartsDeps): {
  /** In the order in which they are listed. */
  readonly tools: readonly OwnTool[]
  readonly resources: OwnResources
} {
  const kinds = settingKinds(deps)
  return {
    tools: [
      ...findTools(deps.aggregator),
      callTool,
      ...switchTools(deps),
      ...settingTools({ kinds, context: deps }),
      ...conversationTools(deps.store),
    ],
    resources: createOwnResources({ ...deps, kinds }),
  }
}
