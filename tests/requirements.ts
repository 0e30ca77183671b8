import { acceptanceRequirements } from './requirements/acceptance.ts'
import { adapterRequirements } from './requirements/adapters.ts'
import { benchRequirements } from './requirements/bench.ts'
import { clientRequirements } from './requirements/clients.ts'
import { errorRequirements, laterErrors } from './requirements/errors.ts'
import { faultRequirements } from './requirements/faults.ts'
import { gatewayRequirements } from './requirements/gateway.ts'
import { houseRequirements } from './requirements/house.ts'
import { mcpRequirements } from './requirements/mcp.ts'
import { aggregatorRequirements } from './requirements/mcp-a.ts'
import { mcpSettingsRequirements } from './requirements/mcp-c.ts'
import { mcpEndpointRequirements } from './requirements/mcp-e.ts'
import { mcpOwnRequirements } from './requirements/mcp-o.ts'
import { pageServersRequirements } from './requirements/mcp-p.ts'
import { mcpStoreRequirements } from './requirements/mcp-s.ts'
import { mcpAcceptanceRequirements } from './requirements/mcp-t.ts'
import { mcpUpstreamRequirements } from './requirements/mcp-u.ts'
import { pageBrowserRequirements } from './requirements/page-b.ts'
import { chatViewRequirements } from './requirements/page-c.ts'
import { pageGatewayRequirements } from './requirements/page-g.ts'
import { markdownRequirements } from './requirements/page-k.ts'
import { pageMcpRequirements } from './requirements/page-m.ts'
import { pageClientRequirements } from './requirements/page-p.ts'
import { pageRouterRequirements } from './requirements/page-r.ts'
import { pageShellRequirements } from './requirements/page-s.ts'
import { laterInProtocol, protocolRequirements } from './requirements/protocol.ts'
import type { Later, Requirement } from './requirements/requirement.ts'
import { routerRequirements } from './requirements/router.ts'
import { seamAndCliRequirements } from './requirements/seams-and-cli.ts'

/** Every promised behaviour with the tests that hold it; requirements.test.ts sees to it that none is missing. */
export const requirements: readonly Requirement[] = [
  ...houseRequirements,
  ...mcpRequirements,
  ...adapterRequirements,
  ...routerRequirements,
  ...gatewayRequirements,
  ...seamAndCliRequirements,
  ...acceptanceRequirements,
  ...clientRequirements,
  ...faultRequirements,
  ...pageBrowserRequirements,
  ...benchRequirements,
  ...protocolRequirements,
  ...errorRequirements,
  ...markdownRequirements,
  ...pageMcpRequirements,
  ...pageClientRequirements,
  ...pageRouterRequirements,
  ...pageShellRequirements,
  ...pageGatewayRequirements,
  ...chatViewRequirements,
  ...mcpStoreRequirements,
  ...mcpUpstreamRequirements,
  ...mcpAcceptanceRequirements,
  ...mcpSettingsRequirements,
  ...mcpOwnRequirements,
  ...aggregatorRequirements,
  ...mcpEndpointRequirements,
  ...pageServersRequirements,
]

/** What the protocol and the error table name already and a later capability will bring. */
export const later: readonly Later[] = [...laterInProtocol, ...laterErrors]
