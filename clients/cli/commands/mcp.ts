import { z } from 'zod'
import type { Command, Context, Input } from '../command.ts'
import { table } from '../help.ts'
import { addressOptions, findHouse } from '../house-address.ts'
import { callRest, listAll } from '../rest.ts'

const serverStatus = z.looseObject({
  state: z.string(),
  last_error: z.string().nullable(),
  tools: z.looseObject({ on: z.number(), off: z.number(), quarantined: z.number() }),
})
const server = z.looseObject({
  name: z.string(),
  enabled: z.boolean(),
  origin: z.string(),
  command: z.string().optional(),
  url: z.string().optional(),
  status: serverStatus.nullable(),
})
type Server = z.output<typeof server>

const tool = z.looseObject({
  exposed_name: z.string(),
  server: z.string(),
  name: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  enabled: z.boolean(),
  callable: z.boolean(),
  definition: z.looseObject({ title: z.string().optional(), description: z.string().optional() }),
})
type Tool = z.output<typeof tool>

const jsonOption = { json: { type: 'boolean', meaning: 'Prints a JSON list' } } as const

export const mcpServers: Command = {
  name: 'mcp servers',
  summary: 'Lists the MCP servers: ON or OFF, how each is, and how many tools it has',
  args: [],
  options: { ...jsonOption, ...addressOptions },
  examples: ['hearth mcp servers', "hearth mcp servers --json | jq -r '.[] | select(.status.last_error) | .name'"],
  run: async (input, context) => {
    const found = await listAll(await findHouse(input, context), '/mcp/servers', server, context.signal)
    await show(input, context, found, serverRow)
    if (found.length === 0)
      context.terminal.note('There is no MCP server yet; declare one in config.yaml under mcp.servers.')
    return 'ok'
  },
}

function serverRow({ name, enabled, origin, command, url, status }: Server): readonly [string, string] {
  const state = status === null || !enabled ? '' : ` ${status.state}`
  const counted = status === null ? '' : `, ${toolsText(status.tools)}`
  const error = status?.last_error ? `: ${status.last_error}` : ''
  return [name, `${enabled ? 'ON' : 'OFF'}${state} (${origin}, ${url ?? command ?? 'image'}${counted})${error}`]
}

function toolsText({ on, off, quarantined }: z.output<typeof serverStatus>['tools']): string {
  const more = [...(off === 0 ? [] : [`${off} off`]), ...(quarantined === 0 ? [] : [`${quarantined} to review`])]
  return [`${on} ${on === 1 ? 'tool' : 'tools'}`, ...more].join(', ')
}

export const mcpTools: Command = {
  name: 'mcp tools',
  summary: 'Lists the tools of the MCP servers, or finds some by words',
  args: ['[<words>]'],
  options: {
    server: { type: 'string', value: 'NAME', meaning: 'Only tools of this server' },
    ...jsonOption,
    ...addressOptions,
  },
  examples: ['hearth mcp tools', 'hearth mcp tools "read file"', 'hearth mcp tools --server memory --json'],
  run: async (input, context) => {
    const found = await listAll(await findHouse(input, context), toolsPath(input), tool, context.signal)
    await show(input, context, found, toolRow)
    if (found.length === 0) context.terminal.note('No tool is known here; hearth mcp servers says how the servers are.')
    return 'ok'
  },
}

function toolsPath(input: Input): string {
  const [words, of] = [input.args[0], input.text('server')]
  const query = new URLSearchParams({
    ...(words === undefined ? {} : { q: words }),
    ...(of === undefined ? {} : { server: of }),
  })
  return query.size === 0 ? '/mcp/tools' : `/mcp/tools?${query}`
}

function toolRow({ exposed_name, definition, ...rest }: Tool): readonly [string, string] {
  const text = (definition.title ?? definition.description ?? '').split('\n', 1)[0] ?? ''
  return [exposed_name, `${conditionOf(rest)} (${rest.server}/${rest.name}) ${text}`.trimEnd()]
}

function conditionOf({ state, reason, enabled, callable }: Omit<Tool, 'exposed_name' | 'definition'>): string {
  if (state === 'quarantined') return `to review${reason === null ? '' : `: ${reason}`}`
  if (state === 'gone') return 'gone'
  if (!enabled) return 'OFF'
  return callable ? 'ON' : 'ON, its server OFF'
}

async function show<Item>(
  input: Input,
  { terminal }: Context,
  items: readonly Item[],
  rowOf: (item: Item) => readonly [string, string],
): Promise<void> {
  if (input.flag('json')) await terminal.write(`${JSON.stringify(items)}\n`)
  else if (items.length > 0) await terminal.write(`${table(items.map(rowOf))}\n`)
}

export const mcpOn: Command = switchCommand('on', true)
export const mcpOff: Command = switchCommand('off', false)

/** In force everywhere when the house has answered. */
function switchCommand(word: 'on' | 'off', enabled: boolean): Command {
  return {
    name: `mcp ${word}`,
    summary: `Switches an MCP server, or with --tool one tool, ${word.toUpperCase()}`,
    args: ['<name>'],
    options: {
      tool: { type: 'boolean', meaning: 'The name is that of a tool, as hearth mcp tools shows it' },
      ...addressOptions,
    },
    examples: [`hearth mcp ${word} memory`, `hearth mcp ${word} --tool read_file`],
    run: async (input, context) => {
      const house = await findHouse(input, context)
      const name = input.args[0] ?? ''
      const kind = input.flag('tool') ? 'tools' : 'servers'
      const path = `/mcp/${kind}/${encodeURIComponent(name)}`
      await callRest(house, { method: 'PATCH', path, body: { enabled }, answer: z.unknown() }, context.signal)
      context.terminal.note(`${name} is ${word.toUpperCase()}.`)
      return 'ok'
    },
  }
}

export const mcpSignIn: Command = {
  name: 'mcp sign-in',
  summary: 'Signs the house in at an MCP server that wants OAuth: prints the address to open in a browser',
  args: ['<server>'],
  options: addressOptions,
  examples: ['hearth mcp sign-in printer'],
  run: async (input, context) => {
    const house = await findHouse(input, context)
    const path = `/mcp/servers/${encodeURIComponent(input.args[0] ?? '')}/sign-in`
    const begun = await callRest(house, { method: 'POST', path, answer: signInStart }, context.signal)
    await context.terminal.write(`${begun.authorization_url}\n`)
    context.terminal.note('Open this address within 10 minutes, in a browser that reaches this house.')
    return 'ok'
  },
}

const signInStart = z.object({ authorization_url: z.string() })
