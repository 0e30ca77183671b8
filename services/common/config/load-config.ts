import { checkTree } from './check-tree.ts'
import { isTree, parseConfigDocument } from './config-document.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { type ConfigFiles, type IncludeText, readConfigFiles, readInclude } from './config-files.ts'
import { type Config, configSchema } from './config-schema.ts'
import { declaredVersion } from './declared-version.ts'
import { applyOverrides, readOverrides } from './environment-overrides.ts'
import type { Explained } from './explain-issue.ts'
import { fillNames, type UnfilledName } from './fill-names.ts'
import { fillText } from './fill-text.ts'
import { type IncludedServers, readIncluded } from './included-servers.ts'
import type { ConfigSource, LoadedConfig, MissingName } from './loaded-config.ts'
import { mergeDefaults } from './merge-defaults.ts'
import { placeProblem, syntaxProblems } from './place-problem.ts'
import { resolvePaths } from './resolve-paths.ts'
import { configSchemaTree, pathText, type SchemaNode } from './schema-node.ts'
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
  const written = mergeDefaults(schema, configSchema.parse({}), document.tree)
  const include = includeOf(source, files, { schema, written })
  const included = readIncluded(include, serverNames(written))
  const merged = withServers(written, included.servers)
  const { overrides, problems } = readOverrides(schema, merged, files.variables)
  const taken = overrides.map(({ path }) => path)
  const filled = fillNames(schema, applyOverrides(merged, overrides), files.variables, taken)
  const checked = checkTree(schema, filled.tree, filled.unfilled)
  const layers = { document, file: files.shown, included, overrides }
  const placed = [...missingInclude(include), ...checked.problems].map((explained) => placeProblem(explained, layers))
  const found = [...problems, ...included.problems, ...placed.sort(byLine)]
  if (checked.config === undefined || found.length > 0) throw new ConfigError(found)
  return finish(source, { ...files, include, included }, checked.config, filled.unfilled)
}

/** The file that `mcp.include` names; undefined when it names none. */
function includeOf(
  { cwd }: ConfigSource,
  { variables, configFile }: ConfigFiles,
  { schema, written }: { readonly schema: SchemaNode; readonly written: unknown },
): IncludeText | undefined {
  const { mcp } = asTree(applyOverrides(written, readOverrides(schema, written, variables).overrides))
  const { include } = asTree(mcp)
  if (typeof include !== 'string' || include === '') return undefined
  const named = fillText(include, (name) => variables.get(name)?.value)
  return named.missing.length > 0 ? undefined : readInclude(named.text, configFile, cwd)
}

function missingInclude(include: IncludeText | undefined): readonly Explained[] {
  if (include === undefined || include.text !== undefined) return []
  return [{ path: ['mcp', 'include'], message: `there is no file ${include.shown}; make it, or leave this key out` }]
}

const asTree = (value: unknown): Readonly<Record<string, unknown>> => (isTree(value) ? value : {})

const serverNames = (tree: unknown): readonly string[] => Object.keys(asTree(asTree(asTree(tree)['mcp'])['servers']))

function withServers(tree: unknown, servers: Readonly<Record<string, unknown>>): unknown {
  if (Object.keys(servers).length === 0) return tree
  const { mcp, ...rest } = asTree(tree)
  return { ...rest, mcp: { ...asTree(mcp), servers: { ...servers, ...asTree(asTree(mcp)['servers']) } } }
}

const byLine = (left: ConfigProblem, right: ConfigProblem): number => (left.line ?? 0) - (right.line ?? 0)

function finish(
  source: ConfigSource,
  {
    include,
    included,
    ...files
  }: ConfigFiles & { readonly include: IncludeText | undefined } & {
    readonly included: IncludedServers
  },
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
    notes: files.text === undefined ? [`There is no ${files.shown}; every setting has its default.`] : included.notes,
    secrets: secretsOf(value),
    variables: files.variables,
    ...(clientUrl === undefined ? {} : { clientUrl }),
    hasFile: files.text !== undefined,
    serverFiles: include === undefined ? {} : serverFiles(include, included),
    files: include === undefined ? files.all : [...files.all, include.file],
    reload: () => loadConfig(source),
  })
}

const serverFiles = ({ file }: IncludeText, { servers }: IncludedServers): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(servers).map((name) => [name, file]))

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
