import type { z } from 'zod'
import type { configSchema } from '../../services/common/config/config-schema.ts'

type Written = z.input<typeof configSchema>

const servers = {
  memory: {
    command: 'npx',
    args: ['-y', '@modelcontextprotocol/server-memory'],
    env: { MEMORY_FILE_PATH: '${HOME}/memory.jsonl' },
  },
  context7: {
    enabled: false,
    url: 'https://mcp.context7.com/mcp',
    headers: { Authorization: 'Bearer ${CONTEXT7_API_KEY}' },
  },
} satisfies NonNullable<Written['mcp']>['servers']

const devices = {
  'kitchen-lamp': {
    adapter: 'zigbee',
    address: '0x00124b0012345678',
    area: 'kitchen',
    exposure: { models: ['state', 'brightness'] },
  },
} satisfies Written['devices']

/** By the path of a map that is shipped empty: what a person may write there. */
export const configExamples: ReadonlyMap<string, Readonly<Record<string, object>>> = new Map(
  Object.entries({ 'mcp.servers': servers, devices }),
)
