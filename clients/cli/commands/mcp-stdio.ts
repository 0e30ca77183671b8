import { CliError } from '../cli-error.ts'
import type { Command, Context, Input } from '../command.ts'
import { addressOptions, findHouse } from '../house-address.ts'

export const mcpStdio: Command = {
  name: 'mcp stdio',
  summary: 'Speaks MCP on standard input and output for clients that only start programs',
  args: [],
  options: {
    profile: { type: 'string', value: 'NAME', meaning: "Only this profile's tools; default: all that are ON" },
    ...addressOptions,
  },
  examples: [
    'hearth mcp stdio',
    'hearth mcp stdio --profile assistant',
    'claude mcp add hearth -- npm run -s --prefix /path/to/hearth hearth -- mcp stdio',
  ],
  run: runMcpStdio,
}

/** Bridges our standard streams to the house's MCP endpoint until the client ends its input. @throws CliError */
async function runMcpStdio(input: Input, context: Context): Promise<'ok'> {
  const { terminal, signal } = context
  const profile = input.text('profile')
  if (profile !== undefined && !/^[a-z0-9-]{1,63}$/.test(profile)) {
    throw new CliError('usage', '--profile takes the name of a profile; see: hearth profiles')
  }
  const { url, token } = await findHouse(input, context)
  // Only here: the other commands start without the SDK.
  const { bridgeStdio } = await import('../mcp-bridge/stdio-bridge.ts')
  await bridgeStdio({
    endpoint: new URL(profile === undefined ? '/mcp' : `/mcp/profiles/${profile}`, url),
    token,
    input: terminal.input(),
    write: (text) => terminal.write(text),
    note: (line) => terminal.note(line),
    signal,
  })
  return 'ok'
}
