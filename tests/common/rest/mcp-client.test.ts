import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunAnswer } from '../../../services/common/contracts/history.ts'
import { errorTable, isErrorCode } from '../../../services/common/errors/error-table.ts'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'
import { createRestHistory } from '../../../services/common/rest/rest-history.ts'
import { createRestIdentity } from '../../../services/common/rest/rest-identity.ts'
import { createRestSettings } from '../../../services/common/rest/rest-settings.ts'
import { FakeHistory } from '../../../services/common/testing/fake-history.ts'
import { FakeIdentity } from '../../../services/common/testing/fake-identity.ts'
import { FakeSettings } from '../../../services/common/testing/fake-settings.ts'
import type { InternalDeps } from '../../../services/mcp/api/register-internal.ts'
import { never, principal } from '../../mcp/store/open-test-store.ts'
import { clientOf, startMcp } from './support/mcp-under-test.ts'

type Seams = InternalDeps['store']

const fakeSeams = (change: Partial<Seams> = {}): Seams => ({
  identity: new FakeIdentity({ 'token-of-anna': principal('anna') }),
  settings: new FakeSettings({ epoch: 'e', revision: 1, profiles: [], users: [], credentials: [] }),
  history: new FakeHistory(),
  ...change,
})

const answerOf = (opened: { conversation: string; parentId: string | null }): RunAnswer => ({
  runId: 'run-1',
  conversation: opened.conversation,
  parentId: opened.parentId,
  status: 'incomplete',
  parts: [{ type: 'text', text: 'half an ans' }],
  profile: 'assistant',
  usage: null,
  attempts: [],
})

const question = { runId: 'run-1', owner: 'user:anna', title: 'T', input: [{ role: 'user', parts: [] }] } as const

/** A server that is not mcp. */
async function withServer(listener: RequestListener, use: (port: number) => Promise<void>): Promise<void> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    await use((server.address() as AddressInfo).port)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

describe('clients of the mcp seams over HTTP', () => {
  it('an error is thrown with the code, message and details that it had at mcp', async () => {
    const history = new FakeHistory()
    await using mcp = await startMcp(fakeSeams({ history }))
    const client = createRestHistory({ ...mcp.client, retryForMs: 0 })
    const details = fc.record(
      {
        param: fc.string(),
        retryAfterMs: fc.nat(),
        origin: fc.string(),
        file: fc.string(),
        line: fc.nat(),
        vendorStatus: fc.nat(),
      },
      { requiredKeys: [], noNullPrototype: true },
    )
    const codes = Object.keys(errorTable).filter(isErrorCode)
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...codes),
        fc.string(),
        fc.boolean(),
        details,
        async (code, message, retryable, given) => {
          history.failure = new HearthError(code, message, { retryable, details: given })
          const error: unknown = await client.getBlob('blob_1', 'user:anna').catch((reason: unknown) => reason)
          expect(error).toBeInstanceOf(HearthError)
          expect(error).toMatchObject({ code, message, retryable })
          expect(error).toHaveProperty('details', given)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('what is no HearthError at mcp is gateway_internal, without its text', async () => {
    const identity = {
      authenticate: async () => {
        throw new Error('the secret is 1234')
      },
    }
    await using mcp = await startMcp(fakeSeams({ identity }))
    const failing = createRestIdentity(mcp.client).authenticate('x', never)
    await expect(failing).rejects.toMatchObject({ code: 'gateway_internal' })
    await expect(failing).rejects.not.toThrow('1234')
  })

  it('only the cluster token opens the seams, and its refusal is not taken for that of a user', async () => {
    await using mcp = await startMcp(fakeSeams())
    for (const wrong of ['wrong', 'token-of-anna', `${mcp.client.clusterToken}x`]) {
      const identity = createRestIdentity({ ...mcp.client, clusterToken: wrong })
      await expect(identity.authenticate('token-of-anna', never)).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining('HEARTH_CLUSTER_TOKEN'),
      })
    }
    const bare = await fetch(`${mcp.client.baseUrl}/internal/v1/settings/snapshot`)
    expect(bare.status).toBe(401)
    expect(await bare.text()).not.toContain('credentials')
  })

  it('nothing is mounted without a cluster token', async () => {
    for (const token of [null, '']) {
      await using mcp = await startMcp(fakeSeams(), { token })
      const authorization = `Bearer ${token ?? 'undefined'}`
      const answer = await fetch(`${mcp.client.baseUrl}/internal/v1/settings/snapshot`, { headers: { authorization } })
      expect(answer.status).toBe(404)
      const settings = createRestSettings(mcp.client)
      await expect(settings.snapshot(undefined, never)).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining('HEARTH_CLUSTER_TOKEN'),
      })
    }
  })

  it('an mcp that cannot be reached is store_unavailable, to be tried again', async () => {
    const { port } = await startMcp(fakeSeams()).then(async (mcp) => {
      await mcp[Symbol.asyncDispose]()
      return mcp
    })
    const expected = { code: 'store_unavailable', retryable: true }
    await expect(createRestIdentity(clientOf(port)).authenticate('x', never)).rejects.toMatchObject(expected)
    await expect(createRestSettings(clientOf(port)).snapshot(undefined, never)).rejects.toMatchObject(expected)
    await expect(createRestHistory(clientOf(port)).open(question, never)).rejects.toMatchObject(expected)
  })

  it('an mcp that does not answer in time is store_unavailable', async () => {
    await withServer(
      () => {},
      async (port) => {
        const identity = createRestIdentity({ ...clientOf(port), timeoutMs: 100 })
        await expect(identity.authenticate('x', never)).rejects.toMatchObject({
          code: 'store_unavailable',
          message: expect.stringContaining('in time'),
        })
      },
    )
  })

  it('a caller who gives up is caller_cancelled, and the request ends at mcp', async () => {
    const aborter = new AbortController()
    const { promise: closed, resolve: onClose } = Promise.withResolvers<void>()
    await withServer(
      (_request, response) => {
        response.on('close', onClose)
        aborter.abort()
      },
      async (port) => {
        await expect(createRestIdentity(clientOf(port)).authenticate('x', aborter.signal)).rejects.toMatchObject({
          code: 'caller_cancelled',
        })
        await closed
      },
    )
  })

  it.each([
    ['a page of something else', 200, { 'content-type': 'text/html' }, '<h1>It works</h1>'],
    ['a 404 of something else', 404, {}, 'not found'],
    ['a redirect', 302, { location: 'http://127.0.0.1:1/' }, ''],
    ['an unreadable answer of mcp', 200, { 'hearth-seam': 'mcp' }, '{"id":'],
    ['an answer of mcp in another form', 200, { 'hearth-seam': 'mcp' }, '{"id":"user:anna","role":"king"}'],
    ['an error of mcp without a code', 500, { 'hearth-seam': 'mcp' }, '{}'],
  ])('%s is store_unavailable', async (_name, status, headers, body) => {
    await withServer(
      (_request, response) => response.writeHead(status, headers).end(body),
      async (port) => {
        await expect(createRestIdentity(clientOf(port)).authenticate('x', never)).rejects.toMatchObject({
          code: 'store_unavailable',
        })
      },
    )
  })

  it('an endless answer is cut', async () => {
    await withServer(
      (_request, response) => {
        response.writeHead(200, { 'hearth-seam': 'mcp' })
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(1_048_576)));
        }
        response.on('drain', more)
        more()
      },
      async (port) => {
        await expect(createRestIdentity(clientOf(port)).authenticate('x', never)).rejects.toMatchObject({
          code: 'store_unavailable',
          message: expect.stringContaining('more than'),
        })
      },
    )
  })

  it('a partial answer and its picture outlast a restart of mcp', async () => {
    const history = new FakeHistory()
    const first = await startMcp(fakeSeams({ history }))
    const client = createRestHistory({ ...first.client, random: () => 0 })
    const opened = await client.open(question, never)
    await first[Symbol.asyncDispose]()

    const closing = client.close(answerOf(opened))
    const putting = client.putBlob({ owner: 'user:anna', mediaType: 'image/png', bytes: new Uint8Array([1, 2]) })
    await new Promise((resolve) => setTimeout(resolve, 300))
    await using _second = await startMcp(fakeSeams({ history }), { port: first.port })
    await closing
    expect(history.answers()).toMatchObject([{ runId: 'run-1', status: 'incomplete' }])
    const blob = await client.getBlob(await putting, 'user:anna')
    expect(blob.bytes).toEqual(new Uint8Array([1, 2]))
  })

  it('waiting for mcp has an end, and other errors are not waited for', async () => {
    const history = new FakeHistory()
    await using mcp = await startMcp(fakeSeams({ history }))
    const client = createRestHistory({ ...mcp.client, retryForMs: 300, random: () => 0 })
    history.failure = new HearthError('store_unavailable', 'down')
    await expect(client.close(answerOf({ conversation: 'c', parentId: null }))).rejects.toMatchObject({
      code: 'store_unavailable',
    })
    history.failure = new HearthError('store_full', 'full')
    await expect(client.close(answerOf({ conversation: 'c', parentId: null }))).rejects.toMatchObject({
      code: 'store_full',
    })
  })

  it('a long answer is more than the public limit of a body and passes', async () => {
    const history = new FakeHistory()
    await using mcp = await startMcp(fakeSeams({ history }))
    const client = createRestHistory(mcp.client)
    const opened = await client.open(question, never)
    const text = 'ä'.repeat(3_000_000)
    await client.close({ ...answerOf(opened), parts: [{ type: 'text', text }] })
    expect(history.answers()[0]?.parts).toEqual([{ type: 'text', text }])
  })
})
