import type { Command } from './command.ts'
import { ask } from './commands/ask.ts'
import { configCheck } from './commands/config-check.ts'
import { mcpOff, mcpOn, mcpServers, mcpSignIn, mcpTools } from './commands/mcp.ts'
import { mcpStdio } from './commands/mcp-stdio.ts'
import { modelFetch, modelList } from './commands/model.ts'
import { pair } from './commands/pair.ts'
import { profiles } from './commands/profiles.ts'
import { serve } from './commands/serve.ts'
import { status } from './commands/status.ts'
import { tokenCreate, tokenList, tokenRevoke } from './commands/token.ts'

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  serve,
  ask,
  pair,
  profiles,
  status,
  mcpServers,
  mcpTools,
  mcpOn,
  mcpOff,
  mcpSignIn,
  mcpStdio,
  modelFetch,
  modelList,
  configCheck,
  tokenCreate,
  tokenList,
  tokenRevoke,
]
