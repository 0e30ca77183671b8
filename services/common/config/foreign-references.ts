import { isTree } from './config-document.ts'
import type { ConfigPath } from './schema-node.ts'

/**
 * `${env:NAME}` and `${input:id}`, as files of other MCP clients have them; `$${` stands for a plain `${`. The `:-` of a
 * default is our own.
 */
const PATTERN = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*):(?!-)([^}]*)\}/g

/** A name of the environment, maybe with a default. */
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*(:-.*)?$/s

export interface ForeignReference {
  /** Below the value that was looked at. */
  readonly path: ConfigPath
  /** Without what follows the colon, such as `${input:…}`. */
  readonly reference: string
}

/** Those that nobody here can fill, in any text of the value. */
export function foreignReferences(value: unknown): readonly ForeignReference[] {
  if (typeof value === 'string') {
    return [...value.matchAll(PATTERN)].flatMap(([, word, rest]) =>
      word === undefined || isEnv(word, rest) ? [] : [{ path: [], reference: `\${${word}:…}` }],
    )
  }
  const children: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : isTree(value)
      ? Object.entries(value)
      : []
  return children.flatMap(([key, child]) =>
    foreignReferences(child).map(({ path, reference }) => ({ path: [key, ...path], reference })),
  )
}

/** The value with every `${env:NAME}` as `${NAME}`. */
export function readForeign(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replace(PATTERN, (match, word: string | undefined, rest: string | undefined) =>
      isEnv(word, rest) ? `\${${rest ?? ''}}` : match,
    )
  }
  if (Array.isArray(value)) return value.map(readForeign)
  if (!isTree(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, readForeign(child)]))
}

const isEnv = (word: string | undefined, rest: string | undefined): boolean =>
  word === 'env' && rest !== undefined && ENV_NAME.test(rest)
