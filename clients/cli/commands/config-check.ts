import { resolve } from 'node:path'
import { ConfigError, problemLine } from '../../../services/common/config/config-error.ts'
import { loadConfig } from '../../../services/common/config/load-config.ts'
import type { LoadedConfig } from '../../../services/common/config/loaded-config.ts'
import type { Command } from '../command.ts'
import { table } from '../help.ts'

export const configCheck: Command = {
  name: 'config check',
  summary: 'Names every mistake of the configuration, with file and line',
  args: ['[file]'],
  options: {},
  examples: ['hearth config check', 'hearth config check other.yaml'],
  run: async (input, context) => {
    const [file] = input.args
    const { terminal, env, cwd, userDir } = context
    try {
      const loaded = loadConfig({ env, cwd, file: file === undefined ? undefined : resolve(userDir, file) })
      await terminal.write(`ok\n${table(placesOf(loaded))}\n`)
      for (const note of loaded.notes) terminal.note(note)
      for (const { connection, name } of loaded.missing) terminal.note(`${connection} is disabled: ${name} is not set.`)
      return 'ok'
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      for (const problem of error.problems) await terminal.write(`${problemLine(problem)}\n`)
      const count = error.problems.length
      terminal.note(`${count} ${count === 1 ? 'problem' : 'problems'} in the configuration.`)
      return 'configInvalid'
    }
  },
}

function placesOf({ config, paths, declaredVersion }: LoadedConfig): readonly (readonly [string, string])[] {
  const { host, port } = config.gateway
  return [
    ['file', paths.configFile],
    ['data_dir', paths.dataDir],
    ['store', paths.storePath],
    ...Object.keys(config.adapters.local.connections).map(
      (name) => [`models of ${name}`, paths.modelsDir(name)] as const,
    ),
    ['listens on', `${host}:${port}`],
    ['profiles', Object.keys(config.profiles).join(', ')],
    ['users', Object.keys(config.users).join(', ') || 'none'],
    ['mcp servers', Object.keys(config.mcp.servers).join(', ') || 'none'],
    ['devices', Object.keys(config.devices).join(', ') || 'none'],
    ['declared version', declaredVersion],
  ]
}
