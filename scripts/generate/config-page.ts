import { allowedText } from '../../services/common/config/allowed-text.ts'
import { isLivePath } from '../../services/common/config/diff-config.ts'
import { reservedVariables, variableName } from '../../services/common/config/environment-overrides.ts'
import {
  childOf,
  configSchemaTree,
  entryOf,
  keysOf,
  type SchemaNode,
  variantsOf,
} from '../../services/common/config/schema-node.ts'
import { code, generatedNotice, markdownTable } from './markdown.ts'

const INTRO = `# Configuration

One file, \`config.yaml\` (or the one that \`HEARTH_CONFIG\` names). What counts, the later over the earlier: defaults, the
file, \`.env\`, the environment. \`.env\` is read in the working folder and beside the config file. An empty variable counts
as unset, whatever stands before it.

- A key without a value in the file has its default. \`connections\`, \`profiles\` and \`users\` replace the default ones whole.
- \`\${NAME}\` and \`\${NAME:-default}\` in any text are filled from the environment and \`.env\`; \`$\${\` stands for a plain \`\${\`.
  A name that is missing inside a connection disables that connection; elsewhere it is an error.
- In \`command\`, \`args\`, \`cwd\`, \`url\`, \`env\`, \`headers\` and \`oauth\` of an MCP server names are filled when the server is
  used, so that no value is kept; one that is missing refuses the server until it is set. Servers made through the API or the
  cluster may use the names in \`secrets.allow\`, and only in \`env\`, \`headers\` and \`oauth\`.
- \`mcp.include\` names a JSON file \`{ "mcpServers": { … } }\` as other MCP clients have it. Of each server \`command\`, \`args\`,
  \`env\`, \`cwd\`, \`url\`, \`headers\`, \`type\` and \`disabled\` count; names become lower case with hyphens. It is watched too.
- Every value can be overridden by the variable in the last column; lists as JSON or separated by commas. In a name,
  \`<name>\` stands for one of yours in capitals, \`-\` as \`_\`.
- Relative paths start at the folder of the config file.
- *Live* keys take effect when the file is saved; the others at the next start. A broken edit keeps what was there and is
  reported with file and line in the log and in \`/readyz\`.
- \`npm run hearth -- config check\` names every mistake at once. Editors complete the file by \`config.schema.json\`.

Names with the prefix that are no settings: ${reservedVariables.map(code).join(', ')}.
`

/** docs/reference/config.md: every key with default, allowed values, meaning and variable. */
export function configPage(): string {
  const root = configSchemaTree()
  const sections = keysOf(root).map((key) => sectionText(key, childOf(root, key) ?? {}))
  return `${generatedNotice('services/common/config/config-schema.ts')}${INTRO}\n${sections.join('\n')}`
}

function sectionText(key: string, node: SchemaNode): string {
  const rows = leavesOf(node, [key]).map(({ path, node: leaf, required }) => [
    code(path.join('.')),
    leaf.description ?? '',
    required ? 'required' : code(leaf.default === undefined ? '' : JSON.stringify(leaf.default)),
    allowedText(leaf),
    isLivePath(path) ? 'live' : 'start',
    path.some((part) => part.endsWith('[]')) ? '' : code(variableName(path)),
  ])
  const head = ['Key', 'Meaning', 'Default', 'Allowed', 'Takes effect', 'Variable']
  return `## ${key}\n\n${node.description ?? ''}.\n\n${markdownTable(head, rows)}`
}

interface Leaf {
  readonly path: readonly string[]
  readonly node: SchemaNode
  readonly required: boolean
}

/** Every key with a value of its own; a map shows its entries as `<name>`, a list of sections its items as `[]`. */
function leavesOf(node: SchemaNode, path: readonly string[], required = false): readonly Leaf[] {
  const item = sectionItem(node)
  if (item !== undefined) return leavesOf(item, [...path.slice(0, -1), `${path.at(-1)}[]`])
  const entry = entryOf(node)
  if (entry !== undefined && entry.$ref === undefined) return leavesOf(entry, [...path, '<name>'])
  const keys = keysOf(node)
  if (keys.length === 0) return [{ path, node, required }]
  const needed = new Set(variantsOf(node).flatMap((variant) => variant.required ?? []))
  return keys.flatMap((key) => leavesOf(childOf(node, key) ?? {}, [...path, key], needed.has(key)))
}

function sectionItem(node: SchemaNode): SchemaNode | undefined {
  const item = childOf(node, 0)
  return item !== undefined && keysOf(item).length > 0 ? item : undefined
}
