import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../clients/web/src/protocol/clock.ts'
import { type House, root, startHouse } from '../../support/house.ts'
import { memoryStore, openClient, textOf, untilState, untilStatus } from './support/open-client.ts'

const configOf = (tokensPerSecond: number): string =>
  `adapters: { demo: { connections: { default: { tokens_per_second: ${tokensPerSecond} } } } }\n`
const config = configOf(200)

async function pairingCode(house: House): Promise<string> {
  const response = await fetch(`${house.url}/api/v1/pairings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await house.adminToken()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'admin' }),
  })
  const { code } = (await response.json()) as { code: string }
  return code
}

/** A started client that is a device of the house. */
async function device(house: House, name = 'Test') {
  const opened = openClient(house.url, { credentials: memoryStore(undefined), clock: systemClock })
  opened.client.start()
  await opened.client.pair(await pairingCode(house), name)
  await untilStatus(opened.client, 'online')
  return opened
}

describe('with a real house', () => {
  it('a device pairs, asks, sees its conversation on every device, and signs out', async () => {
    await using house = await startHouse({ config })
    await using first = await device(house, 'Kitchen')
    await using second = await device(house, 'Bedroom')
    const { rest } = first.client
    expect(await rest.getSession()).toMatchObject({ user: 'admin', role: 'admin', device: { name: 'Kitchen' } })

    const answered = Promise.withResolvers<string>()
    second.client.on('conversation', ({ change, conversation }) => {
      if (change === 'answered') answered.resolve(conversation)
    })
    const answer = first.client.ask({ text: 'Tell me of copper kettles', profile: 'demo' })
    let told = 0
    answer.onChange(() => {
      told += 1
    })
    const state = await answer.ended
    expect(state).toMatchObject({ status: 'completed', profile: 'demo', final: { provider: 'demo' } })
    expect(told).toBeGreaterThan(3)
    const id = state.conversation ?? ''
    expect(await answered.promise).toBe(id)
    const messages = await second.client.rest.listMessages(id)
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
    expect(messages[1]).toMatchObject({ runId: state.responseId, parts: [{ type: 'text', text: textOf(state) }] })

    const renamed = Promise.withResolvers<unknown>()
    second.client.on('conversation', (news) => renamed.resolve(news))
    const { revision } = await rest.getConversation(id)
    await rest.renameConversation(id, 'Kettles', revision)
    expect(await renamed.promise).toEqual({ conversation: id, change: 'renamed' })
    await expect(rest.renameConversation(id, 'Pots', revision)).rejects.toMatchObject({ code: 'caller_conflict' })
    const found = await rest.searchConversations('copper')
    expect(found.items[0]).toMatchObject({ conversation: { id, title: 'Kettles' } })
    expect(found.items[0]?.snippet).toContain('\u0002')
    await rest.removeConversation(id)
    expect((await rest.listConversations()).items).toEqual([])

    const credential = first.credentials.read()
    await first.client.signOut()
    expect(first.client.connection.status).toBe('signed-out')
    await using again = openClient(house.url, { credentials: memoryStore(credential), clock: systemClock })
    again.client.start()
    await untilStatus(again.client, 'signed-out')
    await expect(again.client.pair('AAAA-AAAA', 'Nobody')).rejects.toMatchObject({ code: 'policy_unauthenticated' })
  })

  it('a picture sharpens in at least three steps, is kept, and can be asked about', async () => {
    await using house = await startHouse({ config })
    await using opened = await device(house)
    const answer = opened.client.ask({ text: 'A red house', profile: 'demo', modalities: ['image'] })
    const steps: number[] = []
    const lengths: number[] = []
    answer.onChange(() => {
      const item = answer.state.items.find(({ kind }) => kind === 'picture')
      if (item?.kind === 'picture' && item.steps > (steps.at(-1) ?? 0)) {
        steps.push(item.steps)
        lengths.push(item.picture?.bytes.byteLength ?? 0)
      }
    })
    const { items } = await answer.ended
    const item = items.find(({ kind }) => kind === 'picture')
    if (item?.kind !== 'picture' || item.picture === undefined) throw new Error('no picture')
    expect(steps.length).toBeGreaterThanOrEqual(3)
    const kept = await opened.client.rest.getBlob(item.blobId ?? '')
    expect(kept.mediaType).toBe(item.picture.mediaType)
    expect(Buffer.from(kept.bytes).equals(item.picture.bytes)).toBe(true)

    const pictures = [{ mediaType: 'image/png', bytes: item.picture.bytes }] as const
    const about = await opened.client.ask({ text: 'What is this?', profile: 'demo', pictures }).ended
    expect(about.status).toBe('completed')
    const [question] = await opened.client.rest.listMessages(about.conversation ?? '')
    expect(question?.parts.map(({ type }) => type)).toEqual(['text', 'image'])
  })

  it('a house that is killed and started again heals without the user', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-client-'))
    try {
      const house = await startHouse({ config: configOf(10), dataDir: join(folder, 'data') })
      await using opened = await device(house)
      const answer = opened.client.ask({ text: 'Count the stars for a long time', profile: 'demo' })
      await untilState(answer, ({ responseId }) => responseId !== undefined)
      house.process.kill('SIGKILL')
      await untilStatus(opened.client, 'waiting')
      await house.stop()
      const { port } = new URL(house.url)
      await using next = await startHouse({
        config,
        dataDir: join(folder, 'data'),
        env: { HEARTH_GATEWAY__PORT: port },
      })
      expect(next.url).toBe(house.url)
      await untilStatus(opened.client, 'online')
      expect((await answer.ended).failure?.code).toBe('client_answer_elsewhere')
      expect((await opened.client.ask({ text: 'Hello', profile: 'demo' }).ended).status).toBe('completed')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('the example of the guide runs as it stands there', async () => {
    await using house = await startHouse({ config })
    const guide = await readFile(join(root, 'docs/guides/typescript-client.md'), 'utf8')
    const [, code = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(guide) ?? []
    expect(code.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(22)
    const folder = await mkdtemp(join(tmpdir(), 'hearth-example-'))
    try {
      const example = code
        .replace("'./clients/web/", `'${pathToFileURL(root).href}/clients/web/`)
        .replace('http://127.0.0.1:8080', house.url)
      await writeFile(join(folder, 'example.ts'), example)
      const run = (...args: readonly string[]) =>
        promisify(execFile)(process.execPath, ['example.ts', ...args], { cwd: folder })
      const paired = await run(await pairingCode(house))
      expect(paired.stdout.length).toBeGreaterThan(10)
      expect(paired.stderr).toContain('in_progress')
      expect((await run()).stdout).toBe(paired.stdout)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
