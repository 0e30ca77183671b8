import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { configYaml } from '../../../scripts/generate/config-yaml.ts'
import { allowedText } from '../../../services/common/config/allowed-text.ts'
import { configSchema } from '../../../services/common/config/config-schema.ts'
import { fillText } from '../../../services/common/config/fill-text.ts'
import { nearestName } from '../../../services/common/config/nearest-name.ts'
import {
  childOf,
  configSchemaTree,
  entryOf,
  keysOf,
  type SchemaNode,
} from '../../../services/common/config/schema-node.ts'
import { HouseFolder } from './house-folder.ts'

/** Every named key of the schema, maps entered at any name, lists at any entry. */
function keys(node: SchemaNode, path: string): readonly (readonly [string, SchemaNode])[] {
  const below = (key: string | number, name: string): readonly (readonly [string, SchemaNode])[] => {
    const child = childOf(node, key)
    return child === undefined ? [] : keys(child, `${path}.${name}`)
  }
  const own = keysOf(node).flatMap((key): readonly (readonly [string, SchemaNode])[] => [
    [`${path}.${key}`, childOf(node, key) ?? {}],
    ...below(key, key),
  ])
  return [...own, ...(entryOf(node) === undefined ? [] : below('any', '<name>')), ...below(0, '[]')]
}

test('every key of the configuration has a description of one line', () => {
  const all = keys(configSchemaTree(), '')
  expect(all.length).toBeGreaterThan(80)
  expect(all.filter(([, node]) => !/^\S[^\n]{3,}$/.test(node.description ?? '')).map(([path]) => path)).toEqual([])
})

describe('the shipped config.yaml', () => {
  test('is the defaults', () => {
    using written = new HouseFolder(configYaml())
    expect(configSchema.parse(parseDocument(configYaml()).toJS())).toEqual(configSchema.parse({}))
    expect(written.problems()).toEqual([])
  })

  test('names its schema first and has a meaning beside every key of the first profile', () => {
    const lines = configYaml().split('\n')
    expect(lines[0]).toBe('# yaml-language-server: $schema=docs/reference/config.schema.json')
    const first = lines.indexOf('  assistant:') + 1
    const settings = lines.slice(first, lines.indexOf('  demo:', first)).filter((line) => !line.trim().startsWith('- '))
    expect(settings.filter((line) => !line.includes(' # '))).toEqual([])
    expect(settings.length).toBeGreaterThan(40)
  })

  test('has examples that hold when they are taken in place of the line above', () => {
    const text = configYaml().replaceAll(
      /^( *)(servers|devices): \{\}.*\n((?:\1# .*\n)+)/gm,
      (_, indent, __, comments) => comments.replaceAll(new RegExp(`^${indent}# `, 'gm'), indent),
    )
    using house = new HouseFolder(text)
    const { mcp, devices } = house.load().config
    expect(Object.keys(mcp.servers)).toEqual(['memory', 'context7'])
    expect(Object.keys(devices)).toEqual(['kitchen-lamp'])
  })

  test('and the README give a server that keeps a file an absolute path: a relative one is below its own package', () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
    for (const text of [configYaml(), readme]) {
      const path = /MEMORY_FILE_PATH: "?([^" ]+)/.exec(text)?.[1] ?? ''
      expect(fillText(path, () => '/home/anna')).toEqual({ text: '/home/anna/memory.jsonl', missing: [] })
    }
  })

  test('shows every key outside of maps', () => {
    const text = configYaml()
    const missing = keys(configSchemaTree(), '')
      .map(([path]) => path)
      .filter(
        (path) => !path.includes('<name>') && !path.includes('.tls.') && !text.includes(`${path.split('.').at(-1)}:`),
      )
    expect(missing).toEqual([])
  })
})

test('what is allowed is said in words', () => {
  const at = (...path: readonly string[]): string =>
    allowedText(path.reduce<SchemaNode>((node, key) => childOf(node, key) ?? {}, configSchemaTree()))
  expect(at('gateway', 'port')).toBe('a whole number from 0 up to 65535')
  expect(at('gateway', 'tls')).toBe('a section with cert_file, key_file or null')
  expect(at('adapters', 'local', 'connections', 'x', 'threads')).toBe('auto or a whole number from 1 up to 256')
  expect(at('adapters', 'demo', 'connections', 'x', 'tokens_per_second')).toBe('a number above 0 up to 1000000')
  expect(at('gateway', 'allowed_origins')).toBe('a list, each a URL such as https://host:port')
  expect(at('bus', 'url')).toBe('memory:')
})

test('the nearest name is found over swaps and slips, and not over other words', () => {
  expect(nearestName('prot', ['port', 'host'])).toBe('port')
  expect(nearestName('gatway', ['gateway'])).toBe('gateway')
  expect(nearestName('banana', ['port', 'host'])).toBeUndefined()
  expect(nearestName('x', [])).toBeUndefined()
})
