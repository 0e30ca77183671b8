import type { Command } from '../command.ts'
import { runChild } from '../run-child.ts'

export const serve: Command = {
  name: 'serve',
  summary: 'Runs the server, as npm start does',
  args: ['[--roles LIST]'],
  passesOn: true,
  options: {
    roles: {
      type: 'string',
      value: 'LIST',
      meaning: 'Roles of this process: gateway, router, adapters, mcp; default: all',
    },
  },
  examples: ['hearth serve', 'hearth serve --roles gateway,mcp', 'HEARTH_GATEWAY__PORT=8090 hearth serve'],
  run: (input) => runChild('services/main.ts', input.args),
}
