import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { adapterProblems, isOlder, lockfileProblems, sourceProblems } from './scripts/house-rules.ts'

const root = resolve(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Tracked or about to be, and still there. */
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)))
const sources = files.filter((path) => /\.m?[jt]s$/.test(path) && !path.startsWith('proto/gen/'))

const floors = z
  .record(z.string(), z.object({ floor: z.string(), why: z.string() }))
  .transform((entries) => Object.fromEntries(Object.entries(entries).map(([name, { floor }]) => [name, floor])))
  .parse(JSON.parse(read('scripts/advisory-floors.json')))

describe('the house', () => {
  it('has no long file, no module mock, no any, nothing switched off without a reason', () => {
    expect(sources.length).toBeGreaterThan(100)
    expect(sources.flatMap((path) => sourceProblems(path, read(path)))).toEqual([])
  })

  it('gives every adapter the same shape', () => {
    const adapters = new Map<string, readonly string[]>()
    for (const path of files) {
      const [, name, file] = /^services\/adapters\/([^/]+)\/([^/]+)$/.exec(path) ?? []
      // chat-completions is no adapter: it is the wire that openai and local share.
      if (name !== undefined && file !== undefined && name !== 'chat-completions') {
        adapters.set(name, [...(adapters.get(name) ?? []), file])
      }
    }
    expect([...adapters.keys()]).toEqual(expect.arrayContaining(['demo', 'local', 'openai']))
    expect([...adapters].flatMap(([name, names]) => adapterProblems(name, names))).toEqual([])
  })

  it.each(['package-lock.json', 'services/adapters/local/engine/package-lock.json', 'bench/peers/package-lock.json'])(
    '%s pins every package by its hash and none below its advisory floor',
    (path) => {
      expect(lockfileProblems(read(path), floors)).toEqual([])
    },
  )

  it('uses the packages that have an advisory floor, and a Node above its own', () => {
    const { packages } = z
      .object({ packages: z.record(z.string(), z.unknown()) })
      .parse(JSON.parse(read('package-lock.json')))
    const { node, ...others } = floors
    for (const name of Object.keys(others)) expect(packages).toHaveProperty([`node_modules/${name}`])
    const manifest = z.object({ engines: z.object({ node: z.string() }) }).parse(JSON.parse(read('package.json')))
    const runtime = z.object({ version: z.string() }).parse(JSON.parse(read('scripts/node-runtime/package.json')))
    expect(manifest.engines.node).toBe(`>=${node}`)
    expect(isOlder(runtime.version, node ?? '')).toBe(false)
    expect(isOlder(process.versions.node, node ?? '')).toBe(false)
  })
})

describe('the rules of the house see', () => {
  it.each([
    ['a file of 401 lines', '\n'.repeat(401), 'has 401 lines'],
    ['a module mock', `${'vi'}.mock('./a.ts')`, 'mocks a module'],
    ['a parameter that is any', `function f(a: ${'any'}) {}`, 'the type any'],
    ['a cast to any', `const a = b as ${'any'}\n`, 'the type any'],
    ['a list of any', `const a: Array<${'any'}> = []`, 'the type any'],
    ['a comment that switches types off', `// @ts-${'ignore'} because`, 'switches the types off'],
    ['an expected error without a reason', `// @ts-expect-${'error'}\n`, 'without a reason'],
    ['a lint rule off without a reason', `// biome-${'ignore'} lint/a/b:\n`, 'without a reason'],
    ['a promise for later', `// ${'TO'}DO later`, 'promises something'],
    ['a test that runs alone', `${'it'}.only('a', () => {})`, 'runs alone'],
  ])('%s', (_, text, problem) => {
    expect(sourceProblems('a.ts', text)).toEqual([expect.stringContaining(problem)])
  })

  it('a schema that reads past parseUntrusted, in the services', () => {
    const text = 'const parsed = schema.safeParse(value)\n'
    expect(sourceProblems('services/gateway/a.ts', text)).toEqual([expect.stringContaining('past parseUntrusted')])
    expect(sourceProblems('services/common/parse-untrusted.ts', text)).toEqual([])
    expect(sourceProblems('tests/a.ts', text)).toEqual([])
  })

  it('nothing in the word any in a sentence, nor in a reason that is given', () => {
    const text = "// takes any, or none\nconst a: string = 'any'\n// biome-ignore lint/a/b: the vendor sends both\n"
    expect(sourceProblems('a.ts', text)).toEqual([])
  })

  it('an adapter without a wire schema or a mapping', () => {
    expect(adapterProblems('other', ['adapter.ts'])).toHaveLength(2)
    expect(adapterProblems('demo', ['adapter.ts'])).toEqual([])
  })

  it('a package without hash, with a host, or below its floor, and lets an optional stub pass', () => {
    const packages = {
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { version: '1.0.0', integrity: 'sha512-x', resolved: 'https://host/b.tgz' },
      'node_modules/a/node_modules/ws': { version: '8.22.9', integrity: 'sha512-x' },
      'node_modules/c': { version: '1.0.0', optional: true },
    }
    const problems = lockfileProblems(JSON.stringify({ packages }), { ws: '8.23.0' })
    expect(problems).toHaveLength(3)
  })
})
