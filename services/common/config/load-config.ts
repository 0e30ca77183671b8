import { checkTree } from './check-tree.ts'
import { type ConfigDocument, parseConfigDocument } from './config-document.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { type ConfigFiles, readConfigFiles } from './config-files.ts'
import { type Config, configSchema } from './config-schema.ts'
import { declaredVersion } from './declared-version.ts'
import { applyOverrides, type Override, readOverrides } from './environment-overrides.ts'
import type { Explained } from './explain-issue.ts'
import { fillNames, type UnfilledName } from './fill-names.ts'
import type { ConfigSource, LoadedConfig, MissingName } from './loaded-config.ts'
import { mergeDefaults } from './merge-defaults.ts'
import { resolvePaths } from './resolve-paths.ts'
import { configSchemaTree, pathText } from './schema-node.ts'
import { unsetNames } from './secret-source.ts'
import type { Variables } from './variables.ts'

/**
 * Reads the configuration: defaults < config.yaml (or HEARTH_CONFIG) < .env < environment.
 * @throws ConfigError with every problem found, each with its file and line or variable.
 */
export function loadConfig(source: ConfigSource): LoadedConfig {
  const files = readConfigFiles(source)
  const schema = configSchemaTree()
  const document = parseConfigDocument(files.text ?? '')
  if (document.tree === undefined) throw new ConfigError(syntaxProblems(document, files.shown))
  const merged = mergeDefaults(schema, configSchema.parse({}), document.tree)
  const { overrides, problems } = readOverrides(schema, merged, files.variables)
  const overridden = applyOverrides(merged, overrides)
  const filled = fillNames(
    schema,
    overridden,
    files.variables,
    overrides.map(({ path }) => path),
  )
  const placed = (explained: Explained): ConfigProblem => place(explained, document, overrides, files.shown)
  const checked = checkTree(schema, filled.tree, filled.unfilled)
  const found = [...problems, ...checked.problems.map(placed).sort(byLine)]
  if (checked.config === undefined || found.length > 0) throw new ConfigError(found)
  return finish(source, files, checked.config, filled.unfilled)
}

const byLine = (left: ConfigProblem, right: ConfigProblem): number => (left.line ?? 0) - (right.line ?? 0)

function syntaxProblems(document: ConfigDocument, file: string): readonly ConfigProblem[] {
  return document.problems.map(({ position, message }) => ({
    place: position === undefined ? file : `${file}:${position.line}:${position.column}`,
    path: '',
    message,
    file,
    ...(position === undefined ? {} : { line: position.line }),
  }))
}

function place(
  explained: Explained,
  document: ConfigDocument,
  overrides: readonly Override[],
  file: string,
): ConfigProblem {
  const path = pathText(explained.path)
  const override = overrides.find((candidate) => candidate.path.every((key, index) => explained.path[index] === key))
  if (override !== undefined) return { place: override.variable.place, path, message: explained.message }
  const position = document.locate(explained.path)
  if (position === undefined) return { place: file, path, message: explained.message, file }
  return {
    place: `${file}:${position.line}:${position.column}`,
    path,
    message: explained.message,
    file,
    line: position.line,
  }
}

function finish(
  source: ConfigSource,
  files: ConfigFiles,
  parsed: Config,
  unfilled: readonly UnfilledName[],
): LoadedConfig {
  const { config, paths } = resolvePaths(parsed, files.configFile)
  const connections = unfilled.map(({ path, name }) => ({ connection: pathText(path.slice(0, 4)), name }))
  const missing = [...connections, ...missingOfServers(config, files.variables)]
  const value = (name: string): string | undefined => files.variables.get(name)?.value
  const clientUrl = value('HEARTH_URL')
  return Object.freeze({
    config: deepFreeze(config),
    paths,
    declaredVersion: declaredVersion(config),
    missing,
    notes: files.text === undefined ? [`There is no ${files.shown}; every setting has its default.`] : [],
    secrets: secretsOf(value),
    variables: files.variables,
    ...(clientUrl === undefined ? {} : { clientUrl }),
    hasFile: files.text !== undefined,
    files: files.all,
    reload: () => loadConfig(source),
  })
}

function missingOfServers({ mcp }: Config, variables: Variables): readonly MissingName[] {
  return Object.entries(mcp.servers).flatMap(([name, server]) =>
    server.enabled
      ? unsetNames(server, variables).map((unset) => ({ connection: `mcp.servers.${name}`, name: unset }))
      : [],
  )
}

function secretsOf(value: (name: string) => string | undefined): LoadedConfig['secrets'] {
  const adminToken = value('HEARTH_ADMIN_TOKEN')
  const clusterToken = value('HEARTH_CLUSTER_TOKEN')
  const token = value('HEARTH_TOKEN')
  return {
    ...(adminToken === undefined ? {} : { adminToken }),
    ...(clusterToken === undefined ? {} : { clusterToken }),
    ...(token === undefined ? {} : { token }),
  }
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const child of Object.values(value)) deepFreeze(child)
  return Object.freeze(value)
}
