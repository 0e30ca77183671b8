import { isTree, type Position, parseConfigDocument } from './config-document.ts'
import type { ConfigProblem } from './config-error.ts'
import type { IncludeText } from './config-files.ts'
import { foreignReferences, readForeign } from './foreign-references.ts'
import { jsonFault } from './json-fault.ts'
import { type ConfigPath, pathText } from './schema-node.ts'

/** Servers of a file as other MCP clients have it: `{ "mcpServers": { name: { command, args, env, url, headers, type, disabled } } }`. */
export interface IncludedServers {
  /** As `mcp.servers` takes them, not checked yet; by their names here. */
  readonly servers: Readonly<Record<string, unknown>>
  readonly problems: readonly ConfigProblem[]
  /** What a person should know although it is no error. */
  readonly notes: readonly string[]
  /** Where in the file a path below `mcp.servers` stands; undefined: it is not of this file. */
  locate(path: ConfigPath): Place | undefined
}

export type Place = Pick<ConfigProblem, 'place' | 'file' | 'line'>

/** Where servers stand; some clients say `servers`. */
const sections = ['mcpServers', 'servers'] as const

/** @param taken names that config.yaml itself declares. */
export function readIncluded(include: IncludeText | undefined, taken: readonly string[]): IncludedServers {
  if (include?.text === undefined) return failed([])
  const { text, shown } = include
  const fault = jsonFault(text)
  if (fault !== undefined) return failed([problemAt(shown, fault.position, '', fault.message)])
  const document = parseConfigDocument(text)
  if (document.tree === undefined) {
    const problems = document.problems.map(({ position, message }) => problemAt(shown, position, '', message))
    return failed(problems)
  }
  const { tree } = document
  const section = sections.find((key) => isTree(tree[key]))
  if (section === undefined) return failed([problemAt(shown, undefined, '', 'has no "mcpServers": { … }')])
  const entries = Object.entries(isTree(tree[section]) ? tree[section] : {})
  const named = entries.map(([own, entry]) => ({ own, name: serverName(own), entry }))
  const faults = [...nameFaults(named, taken), ...named.flatMap(typeFault), ...named.flatMap(referenceFaults)]
  const sound = named.filter(({ own }) => !faults.some((fault) => fault.own === own))
  const place = (path: ConfigPath): Place => placeOf(shown, document.locate(path))
  return {
    servers: Object.fromEntries(sound.map(({ name, entry }) => [name, toSpec(entry)])),
    problems: faults.map(({ own, key, message }) => ({
      ...place([section, own, ...key]),
      path: pathText([section, own, ...key]),
      message,
    })),
    notes: named.flatMap(({ own, entry }) => ignoredNote(shown, own, entry)),
    locate: ([first, second, name, key, ...rest]) => {
      const found = sound.find((server) => server.name === name)
      if (first !== 'mcp' || second !== 'servers' || found === undefined) return undefined
      return place([section, found.own, ...(key === undefined ? [] : [foreignKey(key), ...rest])])
    },
  }
}

/** Nothing is included; why not. */
const failed = (problems: readonly ConfigProblem[]): IncludedServers => ({
  servers: {},
  problems,
  notes: [],
  locate: () => undefined,
})

interface NamedEntry {
  readonly own: string
  /** A DNS label; empty when nothing of the own name can be one. */
  readonly name: string
  readonly entry: unknown
}

interface Fault {
  readonly own: string
  readonly key: ConfigPath
  readonly message: string
}

/** A DNS label made of any name: `Brave Search` becomes `brave-search`. */
export const serverName = (own: string): string =>
  own
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+/g, '')
    .slice(0, 63)
    .replaceAll(/-+$/g, '')

function nameFaults(named: readonly NamedEntry[], taken: readonly string[]): readonly Fault[] {
  return named.flatMap(({ own, name }, index) => {
    const fault = (message: string): readonly Fault[] => [{ own, key: [], message }]
    if (name === '') return fault('this name has no letter a-z and no digit; give it another')
    if (taken.includes(name)) return fault(`becomes ${name}, which config.yaml has in mcp.servers; rename one of them`)
    const before = named.slice(0, index).find((other) => other.name === name)
    return before === undefined ? [] : fault(`becomes ${name}, as "${before.own}" does; rename one of them`)
  })
}

const transports: Readonly<Record<string, 'http' | 'sse' | undefined>> = {
  http: 'http',
  'streamable-http': 'http',
  streamableHttp: 'http',
  sse: 'sse',
  stdio: undefined,
}

function typeFault({ own, entry }: NamedEntry): readonly Fault[] {
  if (!isTree(entry)) return [{ own, key: [], message: 'must be a section with command or url' }]
  const { type } = entry
  if (type === undefined || (typeof type === 'string' && Object.hasOwn(transports, type))) return []
  return [{ own, key: ['type'], message: `must be one of ${Object.keys(transports).join(', ')}` }]
}

function referenceFaults({ own, entry }: NamedEntry): readonly Fault[] {
  if (!isTree(entry)) return []
  return takenKeys.flatMap((key) =>
    foreignReferences(entry[key]).map(({ path, reference }) => ({
      own,
      key: [key, ...path],
      message: `${reference} is known to another program only; write \${NAME}, and set NAME in the environment or .env`,
    })),
  )
}

const takenKeys = ['command', 'args', 'env', 'cwd', 'url', 'headers'] as const
const knownKeys: readonly string[] = [...takenKeys, 'type', 'disabled']

/** What is wrong in it is found when the whole configuration is checked. */
function toSpec(entry: unknown): unknown {
  if (!isTree(entry)) return {}
  const taken = takenKeys.flatMap((key) =>
    entry[key] === undefined ? [] : [[key, readForeign(asText(key, entry[key]))] as const],
  )
  const transport = typeof entry['type'] === 'string' ? transports[entry['type']] : undefined
  return {
    ...Object.fromEntries(taken),
    ...(transport === undefined || entry['url'] === undefined ? {} : { transport }),
    ...(entry['disabled'] === undefined ? {} : { enabled: enabledOf(entry['disabled']) }),
  }
}

const enabledOf = (disabled: unknown): unknown => (typeof disabled === 'boolean' ? !disabled : disabled)

/** Other clients take numbers and switches as values of the environment too. */
function asText(key: string, value: unknown): unknown {
  if (key !== 'env' || !isTree(value)) return value
  const isPlain = (part: unknown): boolean => typeof part === 'number' || typeof part === 'boolean'
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, isPlain(part) ? String(part) : part]))
}

const foreignKey = (key: string | number): string | number =>
  key === 'transport' ? 'type' : key === 'enabled' ? 'disabled' : key

function ignoredNote(shown: string, own: string, entry: unknown): readonly string[] {
  const unknown = isTree(entry) ? Object.keys(entry).filter((key) => !knownKeys.includes(key)) : []
  return unknown.length === 0 ? [] : [`${shown}: ${unknown.join(', ')} of "${own}" mean nothing here and are ignored.`]
}

function placeOf(shown: string, position: Position | undefined): Place {
  if (position === undefined) return { place: shown, file: shown }
  return { place: `${shown}:${position.line}:${position.column}`, file: shown, line: position.line }
}

const problemAt = (shown: string, position: Position | undefined, path: string, message: string): ConfigProblem => ({
  ...placeOf(shown, position),
  path,
  message,
})
