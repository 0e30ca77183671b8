import { adapterMutations } from './mutations/adapters.ts'
import { commonMutations } from './mutations/common.ts'
import { faultMutations } from './mutations/faults.ts'
import { gatewayMutations } from './mutations/gateway.ts'
import { mcpMutations } from './mutations/mcp.ts'
import type { Mutation } from './mutations/mutation.ts'
import { pageMutations } from './mutations/page.ts'
import { programMutations } from './mutations/programs.ts'
import { routerMutations } from './mutations/router.ts'

/** One behaviour after another, of every area, in the order of the flow. */
export const mutations: readonly Mutation[] = [
  ...commonMutations,
  ...gatewayMutations,
  ...routerMutations,
  ...adapterMutations,
  ...faultMutations,
  ...mcpMutations,
  ...programMutations,
  ...pageMutations,
]
