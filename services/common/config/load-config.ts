import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve } from 'node:path'
import { type ConfigDocument, isTree, parseConfigDocument } from './config-document.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { brokenRules } from './config-rules.ts'
import { type Config, configSchema } from './config-schema.ts'
import { declaredVersion } from './declared-version.ts'
import { applyOverrides, type Override, readOverrides } from './environment-overrides.ts'
import { type Explained, explainIssue } from './explain-issue.ts'
import { fillNames, type UnfilledName } from './fill-names.ts'
import type { ConfigSource, LoadedConfig } from './loaded-config.ts'
import { mergeDefaults } from './merge-defaults.ts'
import { resolvePaths } from './resolve-paths.ts'
import { type ConfigPath, configSchemaTree, pathText, type SchemaNode } from './schema-node.ts'
import { collectVariables, type DotenvText, type Variables } from './variables.ts'

/** A config file is written by hand; what is larger is something else. */
const MAX_FILE_BYTES = 4 * 1024 * 1024

/**
 * Reads the configuration: defaults < config.yaml (or HEARTH_CONFIG) < .env < environment.
 * @throws ConfigError with every problem found, each with its file and line or variable.
 */
export function loadConfig(source: ConfigSource): LoadedConfig {
  const files = readFiles(source)
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
  const checked = check(schema, filled.tree, filled.unfilled)
  const found = [...problems, ...checked.problems.map(placed).sort(byLine)]
  if (checked.config === undefined || found.length > 0) throw new ConfigError(found)
  return finish(source, files, checked.config, filled.unfilled)
}

const byLine = (left: ConfigProblem, right: ConfigProblem): number => (left.line ?? 0) - (right.line ?? 0)

interface ConfigFiles {
  readonly configFile: string
  /** The config file as messages name it. */
  readonly shown: string
  /** Undefined when there is no file at the default place. */
  readonly text: string | undefined
  readonly variables: Variables
  readonly all: readonly string[]
}

function readFiles(source: ConfigSource): ConfigFiles {
  const first = source.dotenvFile ?? resolve(source.cwd, '.env')
  const early = collectVariables(readDotenv(first, source.cwd), source.env)
  const named = source.file ?? early.get('HEARTH_CONFIG')?.value
  const configFile = resolve(source.cwd, named ?? 'config.yaml')
  const shown = shownPath(configFile, source.cwd)
  const text = readText(configFile, shown)
  if (text === undefined && named !== undefined) {
    const by = source.file === undefined ? 'HEARTH_CONFIG names it; ' : ''
    throw new ConfigError([
      { place: shown, path: '', message: `no such file; ${by}make it or name another`, file: configFile },
    ])
  }
  const beside = resolve(dirname(configFile), '.env')
  const dotenvs = [...new Set(source.dotenvFile === undefined ? [first, beside] : [first])]
  const variables = collectVariables(
    dotenvs.flatMap((file) => readDotenv(file, source.cwd)),
    source.env,
  )
  return { configFile, shown, text, variables, all: [configFile, ...dotenvs] }
}

function readDotenv(file: string, cwd: string): readonly DotenvText[] {
  const shown = shownPath(file, cwd)
  const text = readText(file, shown)
  return text === undefined ? [] : [{ file: shown, text }]
}

/** Undefined when there is no such file; anything else that stands in the way is a problem. */
function readText(file: string, shown: string): string | undefined {
  try {
    const size = statSync(file).size
    if (size > MAX_FILE_BYTES)
      throw new ConfigError([{ place: shown, path: '', message: 'is larger than 4 MiB', file }])
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof ConfigError) throw error
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined
    throw new ConfigError([{ place: shown, path: '', message: `cannot be read (${errorCode(error)})`, file }])
  }
}

const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'

function shownPath(file: string, cwd: string): string {
  const short = relative(cwd, file)
  return short.startsWith('..') || isAbsolute(short) ? file : short
}

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

interface Checked {
  readonly config: Config | undefined
  readonly problems: readonly Explained[]
}

/** Parses; a connection that is wrong only because of an unfilled name is left out instead. */
function check(schema: SchemaNode, tree: unknown, unfilled: readonly UnfilledName[]): Checked {
  const stray = unfilled.filter(({ path }) => connectionOf(path) === undefined).map(strayName)
  const parsed = configSchema.safeParse(tree)
  if (parsed.success) return { config: parsed.data, problems: [...stray, ...brokenRules(parsed.data)] }
  const problems = parsed.error.issues.flatMap((issue) => explainIssue(schema, issue))
  const excused = problems.filter(({ path }) => unfilled.some((name) => pathText(name.path) === pathText(path)))
  if (excused.length < problems.length || stray.length > 0) {
    return { config: undefined, problems: [...stray, ...problems.filter((problem) => !excused.includes(problem))] }
  }
  const connections = excused.map(({ path }) => path.slice(0, 4))
  return check(
    schema,
    connections.reduce<unknown>((rest, connection) => without(rest, connection), tree),
    unfilled,
  )
}

const strayName = ({ path, name }: UnfilledName): Explained => ({
  path,
  message: `\${${name}} is not set; set ${name} in the environment or .env, or write \${${name}:-default}`,
})

/** The connection that a path lies in: `adapters.<adapter>.connections.<name>`. */
function connectionOf(path: ConfigPath): ConfigPath | undefined {
  return path.length > 4 && path[0] === 'adapters' && path[2] === 'connections' ? path.slice(0, 4) : undefined
}

function without(tree: unknown, path: ConfigPath): unknown {
  const [key, ...rest] = path
  if (key === undefined || !isTree(tree)) return tree
  const { [key]: child, ...others } = tree
  return rest.length === 0 ? others : { ...others, [key]: without(child, rest) }
}

function finish(
  source: ConfigSource,
  files: ConfigFiles,
  parsed: Config,
  unfilled: readonly UnfilledName[],
): LoadedConfig {
  const { config, paths } = resolvePaths(parsed, files.configFile)
  const missing = unfilled.map(({ path, name }) => ({ connection: pathText(path.slice(0, 4)), name }))
  const adminToken = files.variables.get('HEARTH_ADMIN_TOKEN')?.value
  const clusterToken = files.variables.get('HEARTH_CLUSTER_TOKEN')?.value
  return Object.freeze({
    config: deepFreeze(config),
    paths,
    declaredVersion: declaredVersion(config),
    missing,
    notes: files.text === undefined ? [`There is no ${files.shown}; every setting has its default.`] : [],
    secrets: {
      ...(adminToken === undefined ? {} : { adminToken }),
      ...(clusterToken === undefined ? {} : { clusterToken }),
    },
    hasFile: files.text !== undefined,
    files: files.all,
    reload: () => loadConfig(source),
  })
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const child of Object.values(value)) deepFreeze(child)
  return Object.freeze(value)
}
