import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { loadConfig } from '../../../services/common/config/load-config.ts'
import type { Command } from '../command.ts'
import { table } from '../help.ts'
import { runChild } from '../run-child.ts'

export const modelFetch: Command = {
  name: 'model fetch',
  summary: 'Fetches the small embedded model, if it is not there yet',
  args: [],
  options: {},
  examples: ['hearth model fetch'],
  run: async (_input, { terminal }) => {
    const exit = await runChild('scripts/fetch-model/main.ts', [])
    if (exit === 0) terminal.note('The model is there; hearth model list shows it.')
    return exit
  },
}

export const modelList: Command = {
  name: 'model list',
  summary: 'Lists the model files of this machine',
  args: [],
  options: { json: { type: 'boolean', meaning: 'Prints a JSON list' } },
  examples: ['hearth model list', 'hearth model list --json'],
  run: async (input, context) => {
    const { config, paths } = loadConfig(context)
    const connections = Object.keys(config.adapters.local.connections)
    const found = await Promise.all(connections.map((name) => modelsOf(name, paths.modelsDir(name))))
    const models = found.flat()
    if (input.flag('json')) await context.terminal.write(`${JSON.stringify(models)}\n`)
    else if (models.length > 0) await context.terminal.write(`${table(models.map(rowOf))}\n`)
    else
      context.terminal.note(
        `There is no model yet; run hearth model fetch, or put a GGUF file into ${paths.modelsDir('')}.`,
      )
    return 'ok'
  },
}

interface ModelFile {
  readonly model: string
  readonly connection: string
  readonly path: string
  readonly bytes: number
}

const suffix = '.gguf'

async function modelsOf(connection: string, folder: string): Promise<readonly ModelFile[]> {
  const names = await readdir(folder).catch(() => [])
  const files = names.filter((name) => name.toLowerCase().endsWith(suffix)).sort()
  return Promise.all(
    files.map(async (name) => {
      const path = join(folder, name)
      return { model: name.slice(0, -suffix.length).toLowerCase(), connection, path, bytes: (await stat(path)).size }
    }),
  )
}

const rowOf = ({ model, connection, path, bytes }: ModelFile): readonly [string, string] => [
  `local/${connection}/${model}`,
  `${Math.round(bytes / 1_000_000)} MB  ${path}`,
]
