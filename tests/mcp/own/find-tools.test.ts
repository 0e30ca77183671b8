import { beforeEach, describe, expect, test } from 'vitest'
import { type ModelProfile, modelProfileSpec } from '../../../services/common/contracts/model-profile.ts'
import { findTools } from '../../../services/mcp/endpoint/own/find-tools.ts'
import { answerOf, codeOf } from './call-own.ts'
import { catalogTool, FakeAggregator, mcpServer } from './fake-aggregator.ts'

const profileOf = (...servers: readonly string[]): ModelProfile => ({
  ...modelProfileSpec.parse({ targets: [{ adapter: 'demo', model: 'demo' }], tools: { servers } }),
  ...{ name: 'p', origin: 'api', revision: 1, created_at: 1, updated_at: 1 },
})

describe('search and describe', () => {
  const aggregator = new FakeAggregator()
  const tools = findTools(aggregator)

  beforeEach(() => {
    aggregator.swap({ servers: new Map(['memory', 'files', 'dark'].map((name) => [name, mcpServer(name)])) })
    aggregator.swap({ servers: new Map([['dark', mcpServer('dark', { enabled: false })]]) })
    aggregator.setTools(
      catalogTool({ name: 'read_graph', description: 'Reads the whole graph' }),
      catalogTool(
        {
          name: 'read_file',
          title: 'Read file',
          description: `Reads a file. ${'x'.repeat(500)}`,
          inputSchema: { type: 'object', properties: { path: {}, head: {} }, required: ['path'] },
          outputSchema: { type: 'object', properties: { content: { type: 'string' } } },
          annotations: { readOnlyHint: true },
        },
        { server: 'files' },
      ),
      catalogTool({ name: 'read_off', description: 'reads' }, { enabled: false }),
      catalogTool({ name: 'read_changed', description: 'reads' }, { state: 'quarantined' }),
      catalogTool({ name: 'read_dark', description: 'reads' }, { server: 'dark' }),
    )
  })

  test('finds what may be called, best first, with a short text and the names of parameters', async () => {
    const { tools: found } = await answerOf(tools, 'hearth_search_tools', { query: 'reads file' })
    expect(found).toEqual([
      {
        name: 'read_file',
        server: 'files',
        title: 'Read file',
        description: expect.stringMatching(/^Reads a file\. x{285}…$/),
        parameters: ['path*', 'head'],
      },
      { name: 'read_graph', server: 'memory', description: 'Reads the whole graph', parameters: [] },
    ])
  })

  test('searches one server when it is named', async () => {
    const { tools: found } = await answerOf(tools, 'hearth_search_tools', {
      query: 'reads',
      server: 'memory',
      limit: 1,
    })
    expect(found).toMatchObject([{ name: 'read_graph' }])
  })

  test('describes with whole text and schemas; what cannot be called is named with its reason', async () => {
    const names = ['read_file', 'read_file', 'read_off', 'read_changed', 'read_dark', 'no_such']
    const { tools: described, refused } = await answerOf(tools, 'hearth_describe_tools', { names })
    expect(described).toEqual([
      {
        name: 'read_file',
        server: 'files',
        title: 'Read file',
        description: expect.stringMatching(/x{500}$/),
        inputSchema: { type: 'object', properties: { path: {}, head: {} }, required: ['path'] },
        outputSchema: { type: 'object', properties: { content: { type: 'string' } } },
        annotations: { readOnlyHint: true },
      },
    ])
    expect(refused).toMatchObject([
      { name: 'read_off', code: 'tool_disabled' },
      { name: 'read_changed', code: 'tool_quarantined' },
      { name: 'read_dark', code: 'tool_disabled' },
      { name: 'no_such', code: 'caller_not_found' },
    ])
  })

  test('what a profile leaves out does not exist for it', async () => {
    const audience = { profile: profileOf('files') }
    const { tools: found } = await answerOf(tools, 'hearth_search_tools', { query: 'reads' }, { audience })
    expect(found).toMatchObject([{ name: 'read_file' }])
    const names = ['read_graph', 'no_such']
    const { refused } = await answerOf(tools, 'hearth_describe_tools', { names }, { audience })
    const unknown = { code: 'caller_not_found', reason: expect.stringContaining('no tool of that name') }
    expect(refused).toEqual(names.map((name) => ({ name, ...unknown })))
  })

  test('arguments that do not fit are an answer that names what to mend', async () => {
    expect(await codeOf(tools, 'hearth_search_tools', { query: '  ' })).toBe('caller_invalid_request')
    expect(await codeOf(tools, 'hearth_describe_tools', { names: [], more: 1 })).toBe('caller_invalid_request')
  })
})
