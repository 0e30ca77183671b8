import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { formatMessage } from '../../../clients/web/src/app/translate.ts'
import type { Message } from '../../../clients/web/src/messages/en.ts'
import { serversDe } from '../../../clients/web/src/messages/servers-de.ts'
import { serversEn } from '../../../clients/web/src/messages/servers-en.ts'
import { findTools } from '../../../clients/web/src/views/servers/find-tools.ts'
import { serverStates } from '../../../clients/web/src/views/servers/house-shapes.ts'
import { conditionOf } from '../../../clients/web/src/views/servers/server-condition.ts'
import { commandLine, readDraft } from '../../../clients/web/src/views/servers/server-draft.ts'
import { serverNamed, toolNamed } from './fake-servers.ts'

const folder = new URL('../../../clients/web/src/views/servers/', import.meta.url)

describe('the words of the view', () => {
  it('are the same in English and German: keys, their order, names in braces, forms', () => {
    const german: Readonly<Record<string, Message>> = serversDe
    expect(Object.keys(german)).toEqual(Object.keys(serversEn))
    const different = Object.entries(serversEn).filter(([key, message]) => shapeOf(message) !== shapeOf(german[key]))
    expect(different).toEqual([])
  })

  it('are all used', async () => {
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'))
    const sources = (await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')))).join('\n')
    // `state.${state}` uses every key that begins so.
    const begun = [...sources.matchAll(/`(\w+\.)\$\{/g)].map(([, beginning = '']) => beginning)
    const unused = Object.keys(serversEn).filter(
      (key) => !sources.includes(`'${key}'`) && !begun.some((beginning) => key.startsWith(beginning)),
    )
    expect(unused).toEqual([])
  })

  it('has a word of its own for every state, beside its colour', () => {
    const words = serverStates.map((state) => {
      const { word } = conditionOf({ enabled: true, status: { state } })
      return formatMessage(serversEn[word], 'en', {})
    })
    expect(new Set(words).size).toBe(serverStates.length)
  })

  it('calls off what is switched off, whatever its process still does, and asleep what nothing is known of', () => {
    expect(conditionOf({ enabled: false, status: { state: 'ready' } }).word).toBe('state.off')
    expect(conditionOf({ enabled: true, status: null }).word).toBe('state.cold')
    expect(conditionOf({ enabled: true, status: { state: 'of tomorrow' } }).word).toBe('state.cold')
  })
})

describe('the search over servers and tools', () => {
  const servers = [
    serverNamed('memory', { command: 'mcp-memory' }),
    serverNamed('web', { url: 'http://example.lan/mcp' }),
  ]
  const tools = [toolNamed('memory', 'read_graph'), toolNamed('memory', 'search_nodes'), toolNamed('web', 'fetch')]
  const found = (query: string) =>
    findTools(query, servers, tools).map(({ server, tools: own }) => [server.name, ...own.map(({ name }) => name)])

  it.each([
    [
      '',
      [
        ['memory', 'read_graph', 'search_nodes'],
        ['web', 'fetch'],
      ],
    ],
    ['GRAPH', [['memory', 'read_graph']]],
    ['memory nodes', [['memory', 'search_nodes']]],
    ['example.lan', [['web', 'fetch']]],
    [
      'what does',
      [
        ['memory', 'read_graph', 'search_nodes'],
        ['web', 'fetch'],
      ],
    ],
    ['nothing like it', []],
  ])('%j', (query, expected) => {
    expect(found(query)).toEqual(expected)
  })
})

describe('a new server', () => {
  const url = { way: 'url', name: 'web', trust: 'normal', url: 'http://a.lan/mcp', transport: '', headers: '' } as const
  const command = {
    way: 'command',
    name: 'files',
    trust: 'low',
    command: 'npx',
    args: '-y\na b\n',
    env: 'A=1=2\n',
  } as const

  it('is an address with what goes with it', () => {
    expect(readDraft(url)).toEqual({ status: 'ok', body: { name: 'web', trust: 'normal', url: 'http://a.lan/mcp' } })
    const more = { ...url, transport: 'sse', headers: 'Authorization: Bearer ${TOKEN}\n' } as const
    expect(readDraft(more)).toMatchObject({
      body: { transport: 'sse', headers: { Authorization: 'Bearer ${TOKEN}' } },
    })
  })

  it('is a command whose arguments are taken as they stand, one a line', () => {
    expect(commandLine(command)).toEqual(['npx', '-y', 'a b'])
    expect(readDraft(command)).toEqual({
      status: 'ok',
      body: { name: 'files', trust: 'low', command: 'npx', args: ['-y', 'a b'], env: { A: '1=2' } },
    })
  })

  it('says what is wrong, where it is', () => {
    const wrongUrl = readDraft({ ...url, name: 'My Server', url: 'file:///etc', headers: 'nothing' })
    expect(wrongUrl.status === 'wrong' && Object.fromEntries(wrongUrl.complaints)).toEqual({
      name: 'draft.wrongName',
      url: 'draft.wrongUrl',
      headers: 'draft.wrongHeaders',
    })
    const wrongCommand = readDraft({ ...command, command: ' ', env: '=1' })
    expect(wrongCommand.status === 'wrong' && Object.fromEntries(wrongCommand.complaints)).toEqual({
      command: 'draft.wrongCommand',
      env: 'draft.wrongEnv',
    })
  })
})

/** Names in braces, and whether it counts. */
function shapeOf(message: Message | undefined): string {
  const texts = typeof message === 'string' ? [message] : Object.values(message ?? {})
  const names = texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))
  return `${typeof message} ${[...new Set(names)].toSorted().join()}`
}
