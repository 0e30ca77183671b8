import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const root = resolve(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const documents = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)))
const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')))

/** What the fenced blocks of a shell say, line by line. */
const shellLines = (text: string): readonly string[] =>
  [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => block.split('\n'))

describe('the documents', () => {
  it('open with the two commands, and name no npm script that is not there', () => {
    const [start, ask] = shellLines(read('README.md'))
    expect(start).toMatch(/^npm start /)
    expect(ask).toMatch(/^npm run -s ask -- "What is the capital of France\?"/)
    const named = documents
      .filter((path) => !path.startsWith('docs/decisions/'))
      .flatMap((path) => [...read(path).matchAll(/npm run (?:-s )?([a-z][a-z:]*)/g)].map(([, name = '']) => name))
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([])
  })

  it('link only to what is there', () => {
    const links = documents.flatMap((path) =>
      [...read(path).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => join(dirname(path), target)),
    )
    expect(links.length).toBeGreaterThan(5)
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('hold the glossary, the decisions in at most 40 lines each, and the rules for those who change something', () => {
    const glossary = read('ARCHITECTURE.md').split('## Glossary')[1]?.split('\n## ')[0] ?? ''
    for (const word of ['profile', 'target', 'run', 'attempt', 'lane', 'doorbell', 'snapshot', 'revision', 'epoch'])
      expect(glossary).toContain(word)
    const decisions = documents.filter((path) => path.startsWith('docs/decisions/'))
    for (const topic of ['one-package', 'mcp-v2-packages', 'nice-grpc'])
      expect(decisions.filter((path) => path.includes(topic))).toHaveLength(1)
    expect(decisions.filter((path) => read(path).split('\n').length > 41)).toEqual([])
    expect(read('CONTRIBUTING.md')).toContain('npm run check')
    expect(read('CHANGELOG.md')).toContain('## [Unreleased]')
  })

  it('name the test command that CI runs, and scripts that can be run', () => {
    expect(read('README.md')).toContain('`npm test`')
    expect(read('.ci/run')).toMatch(/^exec npm test$/m)
    for (const path of ['.ci/run', 'scripts/lint', 'scripts/start_dev'])
      expect(statSync(join(root, path)).mode & 0o111).toBe(0o111)
  })
})
