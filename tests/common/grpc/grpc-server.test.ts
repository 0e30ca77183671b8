import { once } from 'node:events'
import { connect } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { ClientError, createChannel, createClient, Metadata, Status } from 'nice-grpc'
import { afterEach, describe, expect, test } from 'vitest'
import {
  HealthDefinition,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '../../../proto/gen/grpc/health/v1/health.ts'
import type { AdapterSet } from '../../../services/common/contracts/adapter-set.ts'
import type { GenerateEvent } from '../../../services/common/contracts/generate-event.ts'
import type { GenerateRequest } from '../../../services/common/contracts/generate-request.ts'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'
import { createGrpcAdapterSet } from '../../../services/common/grpc/grpc-adapter-set.ts'
import { createGrpcRouter } from '../../../services/common/grpc/grpc-router.ts'
import { createGrpcServer, type GrpcServices } from '../../../services/common/grpc/grpc-server.ts'
import { fakeRouter } from '../../../services/common/testing/fake-router.ts'
import { promptedAdapters } from '../../support/prompted-adapters.ts'
import { anna, failureOf, never, quiet, readRun, say } from '../../support/run-fixtures.ts'

const token = 'cluster-secret'
const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function serve(services: GrpcServices) {
  const server = createGrpcServer(services, { host: '127.0.0.1', port: 0, clusterToken: token, log: quiet })
  await server.start(never)
  stops.push(() => server.stop(AbortSignal.abort()))
  return { server, address: `127.0.0.1:${server.port}` }
}

function adaptersAt(address: string, clusterToken = token): AdapterSet {
  const { adapters, part } = createGrpcAdapterSet(address, clusterToken)
  stops.push(() => part.stop(never))
  return adapters
}

const request: GenerateRequest = {
  runId: 'resp_1',
  attempt: 1,
  connection: 'default',
  model: 'demo',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'hang' }] }],
  tools: [],
  toolChoice: { type: 'auto' },
  responseFormat: { type: 'text' },
  parameters: {},
  timeouts: { headersMs: 5000, firstTokenMs: 15_000, idleMs: 30_000, totalMs: 300_000 },
}

async function drainAll(batches: AsyncIterable<readonly GenerateEvent[]>): Promise<number> {
  let count = 0
  for await (const batch of batches) count += batch.length
  return count
}

describe('the cluster token', () => {
  test('is needed for every call, the health check too', async () => {
    const { address } = await serve({ router: fakeRouter(), adapters: promptedAdapters() })
    const { router, part } = createGrpcRouter(address, 'wrong')
    stops.push(() => part.stop(never))
    const adapters = adaptersAt(address, `${token}x`)
    const channel = createChannel(address)
    stops.push(async () => channel.close())
    const health = createClient(HealthDefinition, channel)
    for (const work of [
      router.start(say('x'), anna, never),
      readRun(router, 'resp_1'),
      router.cancel('resp_1', 'requested', anna),
      adapters.describe(never),
      drainAll(adapters.generate('demo', request, never)),
    ]) {
      expect(await failureOf(work)).toMatchObject({
        code: 'gateway_config_unavailable',
        message: expect.stringContaining('HEARTH_CLUSTER_TOKEN'),
        retryable: false,
      })
    }
    for (const metadata of [Metadata(), Metadata({ authorization: token }), Metadata({ authorization: 'Bearer ' })]) {
      const refused = await health.check({}, { metadata }).catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(ClientError)
      expect(refused).toMatchObject({ code: Status.UNAUTHENTICATED })
    }
  })

  test('is checked before anything of a message is read', async () => {
    const { address } = await serve({ adapters: promptedAdapters() })
    const session = connect(`http://${address}`)
    stops.push(async () => session.destroy())
    const stream = session.request(
      { ':method': 'POST', ':path': '/hearth.v1.AdapterService/Generate', 'content-type': 'application/grpc' },
      { endStream: false },
    )
    // No message follows: whoever waits for one before the check answers nothing.
    const [headers] = await once(stream, 'response')
    expect(headers).toMatchObject({ 'grpc-status': String(Status.UNAUTHENTICATED) })
  })

  test('must not be empty', () => {
    expect(() => createGrpcServer({}, { host: '127.0.0.1', port: 0, clusterToken: '', log: quiet })).toThrow(
      HearthError,
    )
    expect(() => createGrpcRouter('127.0.0.1:1', '')).toThrow(/HEARTH_CLUSTER_TOKEN/)
    expect(() => createGrpcAdapterSet('127.0.0.1:1', '')).toThrow(/HEARTH_CLUSTER_TOKEN/)
  })
})

describe('health', () => {
  test('SERVING for the process and what it serves; watchers see the stop', async () => {
    const { server, address } = await serve({ adapters: promptedAdapters() })
    const channel = createChannel(address)
    stops.push(async () => channel.close())
    const options = { metadata: Metadata({ authorization: `Bearer ${token}` }) }
    const health = createClient(HealthDefinition, channel)
    const serving = { status: ServingStatus.SERVING }
    expect(await health.check({}, options)).toEqual(serving)
    expect(await health.check({ service: 'hearth.v1.AdapterService' }, options)).toEqual(serving)
    const unknown = await health.check({ service: 'hearth.v1.RouterService' }, options).catch((error: unknown) => error)
    expect(unknown).toMatchObject({ code: Status.NOT_FOUND })
    const seen: number[] = []
    for await (const { status } of health.watch({}, options)) {
      seen.push(status)
      if (seen.length === 1) void server.stop(AbortSignal.timeout(1000))
    }
    expect(seen).toEqual([ServingStatus.SERVING, ServingStatus.NOT_SERVING])
  })
})

describe('stop', () => {
  test('lets calls finish, and cuts them when the deadline aborts', async () => {
    const { server, address } = await serve({ adapters: promptedAdapters() })
    const adapters = adaptersAt(address)
    const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'count 300' }] }]
    const finishing = drainAll(adapters.generate('demo', { ...request, messages }, never))
    const hanging = failureOf(drainAll(adapters.generate('demo', request, never)))
    await sleep(100)
    await server.stop(AbortSignal.timeout(100))
    expect(await finishing).toBe(304)
    expect(await hanging).toMatchObject({ code: 'provider_connection_failed', retryable: true })
    await server.stop(AbortSignal.abort())
  })
})

describe('bounds', () => {
  test('a request over 48 MiB is caller_too_large', async () => {
    const { address } = await serve({ adapters: promptedAdapters() })
    const text = 'x'.repeat(49 * 1024 * 1024)
    const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text }] }]
    const work = drainAll(adaptersAt(address).generate('demo', { ...request, messages }, never))
    expect(await failureOf(work)).toMatchObject({
      code: 'caller_too_large',
      message: expect.stringContaining('48 MiB'),
      retryable: false,
    })
  })

  test('a reader that does not read stops the far iterator: nothing piles up in between', async () => {
    let produced = 0
    const firehose: AdapterSet = {
      describe: async () => [],
      embed: async () => ({ vectors: [] }),
      async *generate(_adapter, _request, signal) {
        while (!signal.aborted) {
          produced += 1
          yield [{ type: 'text-delta', id: 't', text: 'x'.repeat(10_000) }]
        }
      },
    }
    const { address } = await serve({ adapters: firehose })
    const batches = adaptersAt(address).generate('demo', request, never)[Symbol.asyncIterator]()
    await batches.next()
    await sleep(300)
    const settled = produced
    await sleep(300)
    expect(produced).toBe(settled)
    expect(produced).toBeLessThan(200)
    for (let read = 0; read < 500; read += 1) await batches.next()
    expect(produced).toBeGreaterThan(500)
    await batches.return?.()
  })

  test('the deadline of a call ends it on both sides', async () => {
    const adapters = promptedAdapters()
    const { address } = await serve({ adapters })
    const { adapters: far, part } = createGrpcAdapterSet(address, token, { deadlineGraceMs: 200 })
    stops.push(() => part.stop(never))
    const timeouts = { ...request.timeouts, totalMs: 1 }
    expect((await failureOf(drainAll(far.generate('demo', { ...request, timeouts }, never)))).retryable).toBe(true)
    await sleep(100)
    const calls = (await adapters.describe(never)).find(({ name }) => name === 'calls')
    expect(calls?.connections[0]?.name).toBe('open-0')
  })

  test('garbage on the port harms nobody', async () => {
    const { address } = await serve({ adapters: promptedAdapters() })
    const session = connect(`http://${address}`)
    session.on('error', () => undefined)
    const stream = session.request({ ':method': 'POST', ':path': '/hearth.v1.AdapterService/Generate' })
    stream.on('error', () => undefined)
    stream.end(Buffer.alloc(5000, 255))
    await sleep(100)
    session.destroy()
    expect((await adaptersAt(address).describe(never)).length).toBeGreaterThan(0)
  })
})
