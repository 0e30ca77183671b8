import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { differingFiles } from '../../scripts/generate/differing-files.ts'
import { generatedFiles } from '../../scripts/generate/generated-files.ts'
import { markdownTable } from '../../scripts/generate/markdown.ts'
import { errorTable } from '../../services/common/errors/error-table.ts'

vi.setConfig({ testTimeout: 30_000 })

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-generated-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

test('the same source gives the same text, JSON that parses, and lines without a place of this machine', () => {
  const files = generatedFiles()
  expect(generatedFiles()).toEqual(files)
  for (const { path, text } of files) {
    if (path.endsWith('.json')) expect(() => JSON.parse(text)).not.toThrow()
    expect(text.endsWith('\n'), path).toBe(true)
    expect(text, path).not.toContain(process.cwd())
  }
})

test('every error code and every kind of reference has its page', () => {
  const files = generatedFiles()
  const text = (path: string): string => files.find((file) => file.path === path)?.text ?? ''
  for (const code of Object.keys(errorTable)) expect(text('docs/reference/errors.md')).toContain(`| \`${code}\` |`)
  expect(JSON.parse(text('docs/reference/openapi.json'))).toMatchObject({ openapi: '3.1.0' })
  expect(JSON.parse(text('docs/reference/asyncapi.json'))).toMatchObject({ asyncapi: '3.0.0' })
  expect(text('docs/reference/rest.md')).toContain('### PATCH /profiles/{name}')
  expect(text('docs/reference/websocket.md')).toContain('### `response.create`')
  expect(text('docs/reference/config.md')).toContain('`HEARTH_GATEWAY__PORT`')
})

test('references inside the documents lead somewhere', () => {
  for (const { path, text } of generatedFiles().filter((file) => file.path.endsWith('.json'))) {
    const document: unknown = JSON.parse(text)
    const pointers = [...text.matchAll(/"\$ref": "#\/([^"]+)"/g)].map(([, pointer]) => pointer ?? '')
    const lost = pointers.filter((pointer) => !has(document, pointer.split('/')))
    expect(lost, path).toEqual([])
  }
})

function has(node: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true
  return typeof node === 'object' && node !== null && key in node && has(Reflect.get(node, key), rest)
}

test('a changed, a missing and a stray generated file are each found, and nothing else', async () => {
  const files = ['same', 'changed', 'missing'].map((name) => ({ path: `gen/${name}.ts`, text: `${name}\n` }))
  write('gen/same.ts', 'same\n')
  write('gen/changed.ts', 'edited by hand\n')
  write('gen/deep/stray.ts', '')
  write('elsewhere/stray.ts', '')
  expect(await differingFiles(folder, files, ['gen'])).toEqual([
    { path: 'gen/changed.ts', difference: 'is not what its source gives' },
    { path: 'gen/missing.ts', difference: 'is missing' },
    { path: 'gen/deep/stray.ts', difference: 'has no source any more' },
  ])
})

test('a cell of a table may hold what tables are made of', () => {
  expect(markdownTable(['a'], [['x | y\nz']])).toBe('| a |\n|---|\n| x \\| y z |\n')
})
