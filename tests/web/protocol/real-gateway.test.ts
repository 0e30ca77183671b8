import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textScript } from '../../../services/common/testing/fake-adapters.ts'
import { adminToken, startGateway } from '../../gateway/gateway-harness.ts'
import { make } from '../../router/router-harness.ts'
import { startCuttingProxy } from './support/cutting-proxy.ts'
import { openClient, textOf, untilState, untilStatus } from './support/open-client.ts'

/** The gateway alone has no REST API: its tokens are given out here. */
const fetch = async (): Promise<Response> => Response.json({ token: adminToken, ttl_seconds: 900 }, { status: 201 })

const words = Array.from({ length: 60 }, (_, index) => `${index} `)

async function startReal() {
  const { router, adapters } = make()
  const harness = await startGateway({ router })
  const proxy = await startCuttingProxy(harness.url)
  const opened = openClient(proxy.url, { fetch })
  opened.client.start()
  await untilStatus(opened.client, 'online')
  const dispose = async (): Promise<void> => {
    opened.client.stop()
    await proxy[Symbol.asyncDispose]()
    await harness[Symbol.asyncDispose]()
  }
  return { ...opened, adapters, harness, proxy, [Symbol.asyncDispose]: dispose }
}

describe('with the real gateway and router', () => {
  it('an answer comes whole and in order, wherever the wire is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: words.length }), { maxLength: 3 }), async (cuts) => {
        await using real = await startReal()
        real.adapters.enqueue(textScript(words).flatMap((step) => [step, { do: 'wait', ms: 1 }]))
        const answer = real.client.ask({ text: 'Count', profile: 'demo' })
        for (const at of cuts.toSorted((left, right) => left - right)) {
          await untilState(answer, (state) => textOf(state).split(' ').length > at || state.times.ended !== undefined)
          real.proxy.cut()
        }
        const last = await answer.ended
        expect(last).toMatchObject({ status: 'completed', failure: undefined })
        expect(textOf(last)).toBe(words.join(''))
      }),
      { numRuns: 6 },
    )
  })

  it('a question whose connection broke as it was asked is answered once', async () => {
    await using real = await startReal()
    real.adapters.enqueue(textScript(['once']))
    const answer = real.client.ask({ text: 'Hello', profile: 'demo' })
    real.proxy.cut()
    expect(textOf(await answer.ended)).toBe('once')
    expect(real.adapters.calls).toHaveLength(1)
  })

  it('another client follows it, and either can stop it', async () => {
    await using real = await startReal()
    real.adapters.enqueue([...textScript(words).slice(0, 20), { do: 'hang' }])
    const answer = real.client.ask({ text: 'Count', profile: 'demo' })
    const { responseId = '' } = await untilState(answer, (state) => textOf(state).length > 0)
    await using other = openClient(real.harness.url, { fetch })
    const resumed = Promise.withResolvers<void>()
    other.client.on('resumed', () => resumed.resolve())
    other.client.start()
    await resumed.promise
    expect(other.client.live.map((run) => run.responseId)).toEqual([responseId])
    const followed = other.client.follow(responseId)
    await untilState(followed, (state) => textOf(state) === textOf(answer.state) && textOf(state) !== '')
    followed.cancel()
    expect((await followed.ended).status).toBe('cancelled')
    expect((await answer.ended).status).toBe('cancelled')
    expect(textOf(answer.state)).toBe(textOf(followed.state))
  })

  it('an upload reaches the model as it was', async () => {
    await using real = await startReal()
    real.adapters.enqueue(textScript(['A dot.']))
    const bytes = new Uint8Array(2_000_000)
    bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    bytes.fill(7, 8)
    const answer = real.client.ask({
      text: 'What is this?',
      profile: 'demo',
      pictures: [{ mediaType: 'image/png', bytes }],
    })
    expect(textOf(await answer.ended)).toBe('A dot.')
    const parts = real.adapters.calls.flatMap(({ request }) =>
      request.messages.flatMap((message) => (message.role === 'user' ? message.content : [])),
    )
    const picture = parts.find((part) => part.type === 'image')
    expect(Buffer.from(picture?.type === 'image' ? picture.bytes : []).equals(bytes)).toBe(true)
  })

  it('a gateway that stops is waited for', async () => {
    await using real = await startReal()
    await real.harness.stop()
    await untilStatus(real.client, 'waiting')
    expect(real.states.some(({ status }) => status === 'refused')).toBe(false)
  })
})
