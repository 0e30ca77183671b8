import { coerceText } from './coerce-text.ts'
import { isTree } from './config-document.ts'
import type { ConfigProblem } from './config-error.ts'
import { nearestName } from './nearest-name.ts'
import { type ConfigPath, childOf, entryOf, isSection, keysOf, pathText, type SchemaNode } from './schema-node.ts'
import type { Variable, Variables } from './variables.ts'

const PREFIX = 'HEARTH_'

/** Names with the prefix that are no settings: secrets, the file itself, and what the command line client reads. */
export const reservedVariables: readonly string[] = [
  'HEARTH_CONFIG',
  'HEARTH_ADMIN_TOKEN',
  'HEARTH_CLUSTER_TOKEN',
  'HEARTH_URL',
  'HEARTH_TOKEN',
]

/** Kubernetes gives every pod such names for a Service called hearth-…; they are never meant for us. */
const SERVICE_LINK = /^HEARTH_(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_\d+_(TCP|UDP|SCTP)(_.+)?)$/
const SERVICE_LINK_VALUE = /^(tcp|udp|sctp):\/\//

export interface Override {
  readonly path: ConfigPath
  readonly value: unknown
  readonly variable: Variable
}

export interface Overrides {
  readonly overrides: readonly Override[]
  readonly problems: readonly ConfigProblem[]
}

/** Reads every HEARTH_ name as a path of the configuration; a name that fits none is a problem naming the nearest. */
export function readOverrides(root: SchemaNode, tree: unknown, variables: Variables): Overrides {
  const overrides: Override[] = []
  const problems: ConfigProblem[] = []
  for (const variable of [...variables.values()].filter(isSetting)) {
    const found = pathOf(root, tree, variable.name)
    if (found === undefined) problems.push(unknownVariable(root, tree, variable))
    else if (isSection(found.node) && !isFree(found.node)) problems.push(sectionVariable(found, variable))
    else overrides.push({ path: found.path, value: coerceText(found.node, variable.value), variable })
  }
  return { overrides, problems }
}

/** The tree with every override in its place; the given tree stays as it is. */
export function applyOverrides(tree: unknown, overrides: readonly Override[]): unknown {
  return overrides.reduce((result, { path, value }) => withValue(result, path, value), tree)
}

/** The variable name that overrides a path, such as HEARTH_GATEWAY__PORT. */
export const variableName = (path: ConfigPath): string =>
  PREFIX + path.map((key) => String(key).toUpperCase().replaceAll('-', '_')).join('__')

const isSetting = ({ name, value }: Variable): boolean =>
  name.startsWith(PREFIX) &&
  !reservedVariables.includes(name) &&
  !SERVICE_LINK.test(name) &&
  !SERVICE_LINK_VALUE.test(value)

/** Free JSON, such as `parameters.extra.<name>`: any value fits. */
const isFree = (node: SchemaNode): boolean => node.$ref !== undefined

interface Found {
  readonly path: ConfigPath
  readonly node: SchemaNode
}

function pathOf(root: SchemaNode, tree: unknown, name: string): Found | undefined {
  let found: Found | undefined = { path: [], node: root }
  let value = tree
  for (const segment of name.slice(PREFIX.length).split('__')) {
    const key: string | number | undefined = found === undefined ? undefined : keyOf(found.node, value, segment)
    const node: SchemaNode | undefined = found === undefined || key === undefined ? undefined : childOf(found.node, key)
    if (found === undefined || key === undefined || node === undefined) return undefined
    found = { path: [...found.path, key], node }
    value = valueAt(value, key)
  }
  return found
}

function keyOf(node: SchemaNode, value: unknown, segment: string): string | number | undefined {
  if (Array.isArray(value))
    return /^\d{1,4}$/.test(segment) && Number(segment) <= value.length ? Number(segment) : undefined
  if (segment === '') return undefined
  const lower = segment.toLowerCase()
  const known = [...keysOf(node), ...(isTree(value) ? Object.keys(value) : [])]
  const same = known.find((key) => key.toLowerCase().replaceAll('-', '_') === lower)
  if (same !== undefined) return same
  return entryOf(node) === undefined ? undefined : newName(node, lower)
}

/** A name that the map does not hold yet: names that may have no underscore are meant with hyphens. */
function newName(node: SchemaNode, lower: string): string {
  const names = typeof node.propertyNames === 'object' ? node.propertyNames.pattern : undefined
  return names === undefined || new RegExp(names).test(lower) ? lower : lower.replaceAll('_', '-')
}

function valueAt(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return value[Number(key)]
  return isTree(value) ? value[key] : undefined
}

function unknownVariable(root: SchemaNode, tree: unknown, variable: Variable): ConfigProblem {
  const near = nearestName(variable.name, [...reservedVariables, ...variableNames(root, tree, [])])
  const hint = near === undefined ? '' : `; did you mean ${near}?`
  const message = `no setting has this name (HEARTH_ and the path in capitals, joined with __)${hint}`
  return { place: variable.place, path: '', message }
}

function sectionVariable(found: Found, variable: Variable): ConfigProblem {
  const keys = keysOf(found.node)
  const example = variableName([...found.path, keys[0] ?? 'NAME'])
  return {
    place: variable.place,
    path: pathText(found.path),
    message: `is a section; set one of its keys, such as ${example}`,
  }
}

/** Every name that overrides a value now: fixed keys, and entries that the maps hold. */
function variableNames(node: SchemaNode, value: unknown, path: ConfigPath): readonly string[] {
  const keys = new Set([...keysOf(node), ...(entryOf(node) !== undefined && isTree(value) ? Object.keys(value) : [])])
  if (keys.size === 0) return [variableName(path)]
  return [...keys].flatMap((key) => {
    const child = childOf(node, key)
    return child === undefined ? [] : variableNames(child, valueAt(value, key), [...path, key])
  })
}

function withValue(tree: unknown, path: ConfigPath, value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (Array.isArray(tree)) {
    const items: unknown[] = tree
    return [...items.slice(0, Number(key)), withValue(items[Number(key)], rest, value), ...items.slice(Number(key) + 1)]
  }
  const entries = isTree(tree) ? tree : {}
  return { ...entries, [key]: withValue(entries[key], rest, value) }
}
