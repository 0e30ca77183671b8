import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Asker, Question } from '../../../../services/mcp/aggregator/upstream.ts'
import { callOf, nobody, packageOf, startPool, textOf } from './pool-house.ts'

const never = new AbortController().signal
const everything = packageOf('everything', '@modelcontextprotocol/server-everything/dist/index.js', ['stdio'])

const folder = () => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'hearth-real-')))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('server-everything: all it has is listed, its tools are called, its questions answered', async () => {
  const { get } = startPool([everything])
  const listing = await get('everything').list(never)
  expect(listing.tools.length).toBeGreaterThanOrEqual(13)
  expect(listing.prompts.length).toBe(4)
  expect(listing.resources.length).toBe(7)
  expect(listing.resourceTemplates.length).toBeGreaterThan(0)
  expect(await textOf(get('everything'), callOf('echo', { message: 'hi' }))).toBe('Echo: hi')
  const asked: Question[] = []
  const asker: Asker = {
    ...nobody,
    capabilities: { elicitation: {}, sampling: {} },
    answer: (question) => {
      asked.push(question)
      if (question.method === 'elicitation/create') return Promise.resolve({ action: 'decline' })
      return Promise.resolve({ role: 'assistant', model: 'm', content: { type: 'text', text: 'sampled' } })
    },
  }
  const declined = await textOf(get('everything'), callOf('trigger-elicitation-request', {}, { asker }))
  expect(declined).toContain('declined')
  const sampled = await get('everything').exchange(callOf('trigger-sampling-request', { prompt: 'x' }, { asker }))
  expect(JSON.stringify(sampled.result)).toContain('sampled')
  expect(asked.map(({ method }) => method)).toEqual(['elicitation/create', 'sampling/createMessage'])
})

test('server-everything: prompts, resources and completions', async () => {
  const { get } = startPool([everything])
  const { prompts, resources } = await get('everything').list(never)
  const ask = (method: 'prompts/get' | 'resources/read' | 'completion/complete', params: Record<string, unknown>) =>
    get('everything').exchange({ method, params, asker: nobody, signal: never })
  const prompt = await ask('prompts/get', { name: 'simple-prompt' })
  expect(prompt.result).toMatchObject({ messages: [{ role: 'user' }] })
  const resource = await ask('resources/read', { uri: resources[0]?.uri })
  expect(resource.result).toMatchObject({ contents: [{ uri: resources[0]?.uri }] })
  const name = prompts.find(({ name: of }) => of === 'completable-prompt')?.name
  const completion = await ask('completion/complete', {
    ref: { type: 'ref/prompt', name },
    argument: { name: 'department', value: 'E' },
  })
  expect(completion.result).toMatchObject({ completion: { values: expect.arrayContaining(['Engineering']) } })
})

test('server-memory, server-filesystem and context7 side by side, in both eras', async () => {
  const path = folder()
  writeFileSync(join(path, 'a.txt'), 'from the file')
  const { get } = startPool([
    packageOf('memory', '@modelcontextprotocol/server-memory/dist/index.js', [], {
      env: { MEMORY_FILE_PATH: join(path, 'memory.jsonl') },
    }),
    packageOf('files', '@modelcontextprotocol/server-filesystem/dist/index.js', [path]),
    packageOf('context7', '@upstash/context7-mcp/dist/index.js'),
  ])
  const names = ['memory', 'files', 'context7']
  const listings = await Promise.all(names.map((name) => get(name).list(never)))
  expect(listings.map(({ tools }) => tools.length)).toEqual([9, 14, 2])
  expect(names.map((name) => get(name).status().era)).toEqual(['legacy', 'legacy', 'modern'])
  expect(await textOf(get('files'), callOf('read_text_file', { path: join(path, 'a.txt') }))).toBe('from the file')
  const entities = [{ name: 'lamp', entityType: 'thing', observations: ['is on'] }]
  await textOf(get('memory'), callOf('create_entities', { entities }))
  expect(await textOf(get('memory'), callOf('search_nodes', { query: 'lamp' }))).toContain('is on')
  const offline = await get('context7').exchange(callOf('resolve-library-id', { query: 'x', libraryName: 'x' }))
  expect(offline.type).toBe('complete')
})

test('a strict sandbox: the program works, and writes nowhere but in its folder', async () => {
  const [own, other] = [folder(), folder()]
  const { get } = startPool([
    packageOf('files', '@modelcontextprotocol/server-filesystem/dist/index.js', [own], { sandbox: 'strict', cwd: own }),
  ])
  const write = (path: string) => textOf(get('files'), callOf('write_file', { path, content: 'x' }))
  expect(await write(join(own, 'b.txt'))).toContain('Successfully')
  expect(await write(join(other, 'b.txt'))).not.toContain('Successfully')
})
