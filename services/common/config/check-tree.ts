import { parseUntrusted } from '../parse-untrusted.ts'
import { isTree } from './config-document.ts'
import { brokenRules } from './config-rules.ts'
import { type Config, configSchema } from './config-schema.ts'
import { type Explained, explainIssue } from './explain-issue.ts'
import type { UnfilledName } from './fill-names.ts'
import { type ConfigPath, pathText, type SchemaNode } from './schema-node.ts'

export interface Checked {
  readonly config: Config | undefined
  readonly problems: readonly Explained[]
}

/** Parses; a connection that is wrong only because of an unfilled name is left out instead. */
export function checkTree(schema: SchemaNode, tree: unknown, unfilled: readonly UnfilledName[]): Checked {
  const stray = unfilled.filter(({ path }) => connectionOf(path) === undefined).map(strayName)
  const parsed = parseUntrusted(configSchema, tree)
  if (parsed.success) return { config: parsed.data, problems: [...stray, ...brokenRules(parsed.data)] }
  const problems = parsed.error.issues.flatMap((issue) => explainIssue(schema, issue))
  const excused = problems.filter(({ path }) => unfilled.some((name) => pathText(name.path) === pathText(path)))
  if (excused.length < problems.length || stray.length > 0) {
    return { config: undefined, problems: [...stray, ...problems.filter((problem) => !excused.includes(problem))] }
  }
  const connections = excused.map(({ path }) => path.slice(0, 4))
  return checkTree(
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
