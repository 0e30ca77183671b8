import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type { ConfigPath } from './schema-node.ts'

/** 1-based. */
export interface Position {
  readonly line: number
  readonly column: number
}

export interface DocumentProblem {
  readonly position?: Position
  readonly message: string
}

/** A parsed config file: its plain values, and where each of them stands. */
export interface ConfigDocument {
  /** Undefined when the file cannot be read as one map of keys; then `problems` says why. */
  readonly tree: Readonly<Record<string, unknown>> | undefined
  readonly problems: readonly DocumentProblem[]
  /** Where the key (or list entry) of a path stands, or that of its nearest parent that the file has. */
  locate(path: ConfigPath): Position | undefined
}

/** A config file has few anchors; more expansions than this is an attack or a mistake. */
const MAX_ALIAS_COUNT = 100

export function parseConfigDocument(text: string): ConfigDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const locate = (path: ConfigPath): Position | undefined => locateIn(document, lines, path)
  const failed = (problems: readonly DocumentProblem[]): ConfigDocument => ({ tree: undefined, problems, locate })
  if (document.errors.length > 0) {
    return failed(document.errors.map((error) => ({ ...positionAt(lines, error.pos[0]), message: syntaxText(error) })))
  }
  let tree: unknown
  try {
    tree = document.toJS({ maxAliasCount: MAX_ALIAS_COUNT })
  } catch (error) {
    const alias = firstUnresolved(document)
    const at = alias === undefined ? {} : positionAt(lines, alias)
    return failed([{ ...at, message: error instanceof Error ? error.message : 'cannot be read' }])
  }
  if (tree === null || tree === undefined) return { tree: {}, problems: [], locate }
  if (isTree(tree)) return { tree, problems: [], locate }
  return failed([
    { ...positionAt(lines, 0), message: 'must be a map of keys, such as `gateway:` with `port: 8080` below' },
  ])
}

/** Where an alias (`*name`) without an anchor stands. */
function firstUnresolved(document: Document.Parsed): number | undefined {
  let offset: number | undefined
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return undefined
      offset = alias.range?.[0]
      return visit.BREAK
    },
  })
  return offset
}

/** A plain map, as YAML and JSON have it. */
export const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const syntaxTexts: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'the same key stands twice here; keep one of them',
  TAB_AS_INDENT: 'a tab cannot indent YAML; use spaces',
  MULTIPLE_DOCS: 'the file holds several documents (---); keep one',
}

/** The parser repeats what it did not expect, which may be a secret. */
const syntaxText = (error: { readonly code: string; readonly message: string }): string =>
  syntaxTexts[error.code] ?? error.message.replace(/ token in YAML stream: .*$/s, ' here')

function positionAt(lines: LineCounter, offset: number): { readonly position: Position } {
  const { line, col } = lines.linePos(offset)
  return { position: { line: Math.max(1, line), column: Math.max(1, col) } }
}

function locateIn(document: Document.Parsed, lines: LineCounter, path: ConfigPath): Position | undefined {
  let node: unknown = document.contents
  let found: Position | undefined
  for (const key of path) {
    const step = stepInto(isAlias(node) ? node.resolve(document) : node, key)
    if (step === undefined) break
    if (step.offset !== undefined) found = positionAt(lines, step.offset).position
    node = step.node
  }
  return found
}

interface Step {
  readonly offset: number | undefined
  readonly node: unknown
}

function stepInto(node: unknown, key: string | number): Step | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(key)]
    return item === undefined ? undefined : { offset: offsetOf(item), node: item }
  }
  if (!isMap(node)) return undefined
  const pair = node.items.find((candidate) => isScalar(candidate.key) && String(candidate.key.value) === String(key))
  return pair === undefined ? undefined : { offset: offsetOf(pair.key), node: pair.value }
}

const offsetOf = (node: unknown): number | undefined => (hasRange(node) ? node.range?.[0] : undefined)

const hasRange = (node: unknown): node is Pick<Node, 'range'> =>
  typeof node === 'object' && node !== null && 'range' in node
