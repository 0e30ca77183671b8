import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { Client, ProtocolError, type VersionNegotiationMode } from '@modelcontextprotocol/client'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { type BridgeDeps, bridgeStdio } from '../../clients/cli/mcp-bridge/stdio-bridge.ts'
import { type FakeUpstreams, startFakeUpstreams } from '../../services/common/testing/fake-upstreams/fake-upstreams.ts'
import { fakeTool } from '../../services/common/testing/fake-upstreams/upstream-script.ts'
import { endpointToken, McpEndpoint } from './mcp-endpoint.ts'

type Era = 'modern' | 'legacy'

const region = { type: 'string', 'x-mcp-header': 'Region' } as const
const tools = [
  fakeTool('echo'),
  fakeTool('hang', { kind: 'hang' }),
  fakeTool('ask', { kind: 'ask', question: 'Really?' }),
  fakeTool('wait', { kind: 'wait', ms: 300 }),
  fakeTool('count', { kind: 'progress', steps: 3 }),
  fakeTool('weather', { kind: 'echo' }, { inputSchema: { type: 'object', properties: { region } } }),
]

let fakes: FakeUpstreams
let bridges: Bridge[]
beforeEach(async () => {
  fakes = await startFakeUpstreams({ house: { era: 'both', tools } })
  bridges = []
})
afterEach(async () => {
  for (const bridge of bridges) await bridge.stop()
  await fakes.stop()
})

interface Bridge {
  readonly toBridge: PassThrough
  readonly fromBridge: PassThrough
  readonly notes: readonly string[]
  readonly done: Promise<void>
  stop(): Promise<void>
}

function openBridge(url = fakes.get('house').url, token = endpointToken, more: Partial<BridgeDeps> = {}): Bridge {
  const [toBridge, fromBridge, notes] = [new PassThrough(), new PassThrough(), [] as string[]]
  const ending = new AbortController()
  const done = bridgeStdio({
    endpoint: new URL(url),
    token,
    input: toBridge,
    write: async (text) => void fromBridge.write(text),
    note: (line) => void notes.push(line),
    signal: ending.signal,
    ...more,
  })
  const stop = async (): Promise<void> => {
    ending.abort()
    await done
  }
  const bridge = { toBridge, fromBridge, notes, done, stop }
  bridges.push(bridge)
  return bridge
}

const modes: Readonly<Record<Era, VersionNegotiationMode>> = { modern: { pin: '2026-07-28' }, legacy: 'legacy' }

/** A client of the SDK whose program is the bridge. */
async function connect(
  era: Era,
  { toBridge, fromBridge }: Bridge,
  onToolsChanged = (): void => undefined,
): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1' },
    {
      capabilities: { elicitation: { form: {} } },
      versionNegotiation: { mode: modes[era] },
      listChanged: { tools: { onChanged: onToolsChanged, autoRefresh: false, debounceMs: 0 } },
    },
  )
  client.setRequestHandler('elicitation/create', async ({ params }) => ({
    action: 'accept',
    content: { answer: `yes to ${params.message}` },
  }))
  await client.connect(new StdioServerTransport(fromBridge, toBridge))
  expect(client.getProtocolEra()).toBe(era)
  return client
}

const textOf = (result: object): string => JSON.stringify(result)

describe.each(['modern', 'legacy'] as const)('a client of the %s revisions that only spawns', (era) => {
  test('lists and calls, and every request carries the token', async () => {
    const bridge = openBridge()
    const client = await connect(era, bridge)
    const listed = await client.listTools()
    expect(listed.tools.map(({ name }) => name)).toEqual(tools.map(({ definition }) => definition.name))
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        client.callTool({ name: 'echo', arguments: { text: `⚡ ${index}\nsecond line` } }),
      ),
    )
    for (const [index, answer] of answers.entries()) expect(textOf(answer)).toContain(`⚡ ${index}`)
    expect(fakes.get('house').headers().authorization).toBe(`Bearer ${endpointToken}`)
    expect(bridge.notes).toEqual([])
  })

  test('gets errors of the protocol as they are', async () => {
    const client = await connect(era, openBridge())
    const error: unknown = await client.callTool({ name: 'no_such' }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error).toMatchObject({ code: -32_602 })
    const method = client.request({ method: 'no/such' }, z.unknown())
    await expect(method).rejects.toMatchObject({ code: -32_601 })
  })

  test('is asked in the middle, and hears of progress', async () => {
    const client = await connect(era, openBridge())
    await client.listTools()
    expect(textOf(await client.callTool({ name: 'ask' }))).toContain('yes to Really?')
    const heard: number[] = []
    await client.callTool({ name: 'count' }, { onprogress: ({ progress }) => heard.push(progress) })
    expect(heard).toEqual([1, 2, 3])
  })

  test('cancels a call at the house too, and goes on', async () => {
    await using endpoint = await McpEndpoint.open()
    const bridge = openBridge(`${endpoint.url}/mcp`)
    const client = await connect(era, bridge)
    const stop = new AbortController()
    const hanging = client.callTool({ name: 'hang' }, { signal: stop.signal })
    await vi.waitFor(() => expect(endpoint.hanging).toBe(1))
    stop.abort()
    await expect(hanging).rejects.toThrow()
    await vi.waitFor(() => expect(endpoint.cancelled).toBe(1))
    expect(textOf(await client.callTool({ name: 'where' }))).toContain('/mcp')
    expect(bridge.notes).toEqual([])
    await bridge.stop()
  })

  test('is told when the tools change', async () => {
    const onChanged = vi.fn()
    const client = await connect(era, openBridge(), onChanged)
    await client.listTools()
    await vi.waitFor(() => {
      fakes.get('house').changed('tools')
      expect(onChanged).toHaveBeenCalled()
    })
  })

  test('reads why the house cannot be reached, and goes on when it can', async () => {
    const bridge = openBridge()
    const client = await connect(era, bridge)
    fakes.get('house').become({ health: { kind: 'dead' } })
    const failure: unknown = await client.callTool({ name: 'echo' }).catch((reason: unknown) => reason)
    const sentence = expect.stringMatching(/No Hearth answers at http:\/\/127\.0\.0\.1:\d+.*start it with npm start/)
    expect(failure).toMatchObject({ code: -32_603, message: sentence })
    expect(bridge.notes).toContainEqual(sentence)
    fakes.get('house').become({ health: { kind: 'up' } })
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'back' } }))).toContain('back')
  })

  test('reads what the house says when it lets nobody in', async () => {
    await using endpoint = await McpEndpoint.open()
    const bridge = openBridge(`${endpoint.url}/mcp`, 'a-wrong-token')
    await expect(connect(era, bridge)).rejects.toThrow()
    expect(bridge.notes).toEqual(['This token is not known.'])
    await bridge.stop()
  })

  test('gets the answers that are under way when it closes its end', async () => {
    const bridge = openBridge(undefined, undefined, { limits: { lastAnswersMs: 60_000 } })
    const client = await connect(era, bridge)
    const answer = client.callTool({ name: 'wait' })
    await vi.waitFor(() => expect(fakes.get('house').calls).toHaveLength(1))
    bridge.toBridge.end()
    expect(textOf(await answer)).toContain('wait')
    // Its listener is no reason to stay.
    await bridge.done
  })

  test('leaves nothing behind when it closes its end', async () => {
    const bridge = openBridge(undefined, undefined, { limits: { lastAnswersMs: 50 } })
    const client = await connect(era, bridge)
    await client.listTools()
    expect(fakes.get('house').sessions()).toBe(era === 'legacy' ? 1 : 0)
    const hanging = client.callTool({ name: 'hang' }).catch(() => undefined)
    await vi.waitFor(() => expect(fakes.get('house').calls).toHaveLength(1))
    bridge.toBridge.end()
    await bridge.done
    expect(fakes.get('house').sessions()).toBe(0)
    await client.close()
    await hanging
  })
})

describe('the bridge', () => {
  test('opens a session anew that the house has forgotten, and tells that lists may have changed', async () => {
    const bridge = openBridge()
    const onChanged = vi.fn()
    const client = await connect('legacy', bridge, onChanged)
    await client.listTools()
    await fakes.get('house').forgetSessions()
    const calls = ['a', 'b', 'c'].map((text) => client.callTool({ name: 'echo', arguments: { text } }))
    expect((await Promise.all(calls)).map(textOf)).toEqual(['a', 'b', 'c'].map((text) => expect.stringContaining(text)))
    await vi.waitFor(() => expect(onChanged).toHaveBeenCalledOnce())
    expect(fakes.get('house').sessions()).toBe(1)
    expect(bridge.notes).toEqual(['The house was restarted; the session was opened anew.'])
  })

  test('takes up a listener again that was lost, and tells that lists may have changed', async () => {
    const bridge = openBridge()
    const onChanged = vi.fn()
    const client = await connect('modern', bridge, onChanged)
    await vi.waitFor(() => {
      fakes.get('house').changed('tools')
      expect(onChanged).toHaveBeenCalled()
    })
    fakes.get('house').become({ tools: [...tools, fakeTool('cut', { kind: 'cut' })] })
    const cut = client.callTool({ name: 'cut' })
    await expect(cut).rejects.toThrow()
    onChanged.mockClear()
    await vi.waitFor(() => expect(onChanged).toHaveBeenCalled(), 5000)
    onChanged.mockClear()
    await vi.waitFor(() => {
      fakes.get('house').changed('tools')
      expect(onChanged).toHaveBeenCalled()
    })
    expect(bridge.notes.join()).toContain('The connection to the house was lost.')
  })

  test('sends the headers that a parameter asks for, once it has seen the list', async () => {
    const client = await connect('modern', openBridge())
    await client.listTools()
    for (const [value, header] of [
      ['north', 'north'],
      ['Süd', `=?base64?${Buffer.from('Süd').toString('base64')}?=`],
      [' x', `=?base64?${Buffer.from(' x').toString('base64')}?=`],
    ]) {
      await client.callTool({ name: 'weather', arguments: { region: value } })
      expect(fakes.get('house').headers()['mcp-param-region']).toBe(header)
    }
    await client.callTool({ name: 'weather', arguments: {} })
    expect(fakes.get('house').headers()['mcp-param-region']).toBeUndefined()
  })

  test('leaves out what is no message, and says so', async () => {
    const bridge = openBridge()
    bridge.toBridge.write('this is no JSON\n{"valid":"json"}\n\n')
    const ping = { jsonrpc: '2.0', id: 'ü', method: 'tools/list', params: { _meta: meta } }
    const text = `${JSON.stringify(ping)}\r\n`
    // In the middle of a character.
    const bytes = Buffer.from(text)
    const cut = bytes.indexOf(0xc3) + 1
    bridge.toBridge.write(bytes.subarray(0, cut))
    bridge.toBridge.write(bytes.subarray(cut))
    const [answer] = await once(bridge.fromBridge, 'data')
    expect(JSON.parse(String(answer))).toMatchObject({ id: 'ü', result: { tools: expect.any(Array) } })
    expect(bridge.notes).toEqual(['The client sent a line that is no message of MCP; it was left out.'])
  })

  test('ends with an error at a line without an end', async () => {
    const bridge = openBridge(undefined, undefined, { limits: { lineBytes: 1000 } })
    bridges.splice(bridges.indexOf(bridge), 1)
    const failed = expect(bridge.done).rejects.toThrow('a line of more than 1000 bytes')
    bridge.toBridge.write('x'.repeat(1001))
    await failed
  })

  test('refuses what is too many at the same time, and takes more when some are done', async () => {
    const bridge = openBridge(undefined, undefined, { limits: { open: 3 } })
    const client = await connect('legacy', bridge)
    const stop = new AbortController()
    const hanging = [1, 2, 3].map(() => client.callTool({ name: 'hang' }, { signal: stop.signal }))
    const ended = Promise.allSettled(hanging)
    await expect(client.callTool({ name: 'echo' })).rejects.toThrow('Too many requests are under way')
    stop.abort()
    await ended
    // Cancelled requests of the older revisions are answered by nobody: they are free again at once.
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'room' } }))).toContain('room')
  })

  test('tells of a cancelled call aside, so that a house that is slow to hear it stops nothing', async () => {
    const client = await connect('legacy', openBridge(undefined, undefined, { limits: { deliveryMs: 60_000 } }))
    const stop = new AbortController()
    const hanging = client.callTool({ name: 'hang' }, { signal: stop.signal })
    await vi.waitFor(() => expect(fakes.get('house').calls).toHaveLength(1))
    fakes.get('house').become({ health: { kind: 'silent' } })
    const before = fakes.get('house').requests()
    stop.abort()
    await expect(hanging).rejects.toThrow()
    await vi.waitFor(() => expect(fakes.get('house').requests()).toBeGreaterThan(before))
    fakes.get('house').become({ health: { kind: 'up' } })
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'room' } }))).toContain('room')
  })

  test('gives up a client that takes nothing any more', async () => {
    const write = (): Promise<void> => new Promise(() => undefined)
    const bridge = openBridge(undefined, undefined, { write, limits: { unsentCharacters: 200 } })
    bridges.splice(bridges.indexOf(bridge), 1)
    const failed = expect(bridge.done).rejects.toThrow('takes no messages any more')
    bridge.toBridge.write(
      `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } })}\n`,
    )
    await failed
  })
})

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}
