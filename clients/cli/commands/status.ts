import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { loadConfig } from '../../../services/common/config/load-config.ts'
import type { LoadedConfig } from '../../../services/common/config/loaded-config.ts'
import { cliVersion } from '../cli-version.ts'
import type { Command, Context } from '../command.ts'
import { table } from '../help.ts'
import { addressOptions, findHouse, hostInUrl } from '../house-address.ts'
import { reach } from '../reach.ts'
import { Session } from '../session.ts'

const readiness = z.object({
  status: z.string(),
  reasons: z.array(z.object({ check: z.string(), blocking: z.boolean(), message: z.string() })),
})

type Readiness = z.output<typeof readiness>

export const status: Command = {
  name: 'status',
  summary: 'Says whether the server runs, its version, and what it lacks',
  args: [],
  options: { json: { type: 'boolean', meaning: 'Prints one JSON object' }, ...addressOptions },
  examples: ['hearth status', 'hearth status --json'],
  run: async (input, context) => {
    const house = await findHouse(input, context)
    await using session = await Session.open(house, cliVersion(), context.signal)
    const { server, protocol, profiles, revision } = session.created
    const ready = house.isOwn ? await readinessOf(loadConfig(context), context) : undefined
    const state = ready?.status ?? 'unknown'
    const names = profiles.map(({ name }) => name)
    if (input.flag('json')) {
      const found = {
        url: house.url,
        server,
        protocol,
        revision,
        profiles: names,
        status: state,
        reasons: ready?.reasons ?? [],
      }
      await context.terminal.write(`${JSON.stringify(found)}\n`)
    } else {
      const rows = [
        ['address', house.url],
        ['server', `${server.name} ${server.version}, ${protocol}`],
        ['ready', state],
        ['profiles', names.join(', ')],
        ['revision', String(revision)],
        ...(ready?.reasons ?? []).map(({ check, message }) => [check, message] as const),
      ] as const
      await context.terminal.write(`${table(rows)}\n`)
    }
    return state === 'not_ready' ? 'failed' : 'ok'
  },
}

/** What the operations listener of this machine says; undefined when there is none to be found. */
async function readinessOf(loaded: LoadedConfig, { signal }: Context): Promise<Readiness | undefined> {
  try {
    const response = await reach(`${await operationsUrl(loaded)}/readyz`, { signal })
    return readiness.parse(await response.json())
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}

/** Where it listens really, if the server wrote that; else as configured. */
async function operationsUrl({ config, paths }: LoadedConfig): Promise<string> {
  const { host, port } = config.operations
  const written = await readFile(join(paths.dataDir, 'operations-address'), 'utf8').catch(() => undefined)
  return written?.trim() ?? `http://${hostInUrl(host)}:${port}`
}
