import { z } from 'zod'
import type { Command } from '../command.ts'
import { table } from '../help.ts'
import { addressOptions, findHouse } from '../house-address.ts'
import { listAll } from '../rest.ts'

const profile = z.looseObject({
  name: z.string(),
  description: z.string(),
  default: z.boolean(),
  origin: z.string(),
  modalities: z.array(z.string()),
  targets: z.array(z.looseObject({ adapter: z.string(), connection: z.string(), model: z.string() })),
})

export const profiles: Command = {
  name: 'profiles',
  summary: 'Lists the model profiles',
  args: [],
  options: { json: { type: 'boolean', meaning: 'Prints a JSON list of whole profiles' }, ...addressOptions },
  examples: ['hearth profiles', "hearth profiles --json | jq -r '.[].name'"],
  run: async (input, context) => {
    const found = await listAll(await findHouse(input, context), '/profiles', profile, context.signal)
    await context.terminal.write(input.flag('json') ? `${JSON.stringify(found)}\n` : `${table(found.map(rowOf))}\n`)
    return 'ok'
  },
}

function rowOf(found: z.output<typeof profile>): readonly [string, string] {
  const targets = found.targets.map(({ adapter, connection, model }) => `${adapter}/${connection}/${model}`).join(', ')
  const marks = `${found.modalities.join('+')}, ${found.origin}${found.default ? ', default' : ''}`
  return [found.name, `${found.description} (${marks}): ${targets}`.trimStart()]
}
