import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { binaryKinds } from '../../services/common/contracts/protocol/binary-frame.ts'
import { FakeHouse, goodToken, type Lane, type Play } from './fake-house.ts'
import { runHearth } from './run-hearth.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-ask-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const hello: Play = async (lane) => {
  lane.created()
  lane.event('response.queued', { position: 1 })
  lane.event('response.in_progress', {
    phase: 'loading_model',
    progress: 0.5,
    attempt: 1,
    provider: 'demo',
    model: 'm',
  })
  lane.send({ type: 'response.of_the_future', stream_id: 'ask', whatever: 1 })
  await lane.text('Hel', 'lo ', 'you')
  lane.end('completed')
}

describe('text', () => {
  test('is streamed to standard output as it comes; queue, progress and unknown messages leave no trace in a pipe', async () => {
    await using house = await FakeHouse.open(hello)
    const run = await runHearth(['ask', 'Hi there'], { env: house.env })
    expect(run).toMatchObject({ code: 0, stdout: 'Hello you\n', stderr: '' })
    expect(run.reads.length).toBeGreaterThan(1)
    expect(house.received.map(({ type }) => type)).toEqual(['session.hello', 'response.create'])
    expect(house.received[1]).toMatchObject({ input: 'Hi there' })
    expect(house.received[1]).not.toHaveProperty('modalities')
  })

  test('every option of the command reaches the server', async () => {
    await using house = await FakeHouse.open(hello)
    const options = [
      '--profile',
      'demo',
      '--conversation',
      'c1',
      '--instructions',
      'Be brief',
      '--max-output-tokens',
      '7',
    ]
    const run = await runHearth(['ask', ...options, '--', '--not-an-option'], { env: house.env })
    expect(run.code).toBe(0)
    expect(house.received[1]).toMatchObject({
      profile: 'demo',
      conversation: 'c1',
      instructions: 'Be brief',
      max_output_tokens: 7,
      input: '--not-an-option',
    })
  })

  test('is read from standard input when it is -', async () => {
    await using house = await FakeHouse.open(hello)
    const run = await runHearth(['ask', '-'], { env: house.env, stdin: 'Grüße\naus der Datei' })
    expect(run.code).toBe(0)
    expect(house.received[1]).toMatchObject({ input: 'Grüße\naus der Datei' })
  })

  test('that is too long for one message is refused before it is sent', async () => {
    await using house = await FakeHouse.open(hello)
    const run = await runHearth(['ask', '-'], { env: house.env, stdin: 'x'.repeat(70_000) })
    expect(run).toMatchObject({ code: 1, stdout: '' })
    expect(run.stderr).toContain('[caller_too_large]')
    expect(house.received.map(({ type }) => type)).toEqual(['session.hello'])
  })

  test('--json prints exactly one object', async () => {
    await using house = await FakeHouse.open(hello)
    const run = await runHearth(['ask', '--json', 'Hi'], { env: house.env })
    expect(run.code).toBe(0)
    expect(run.stdout.endsWith('}\n')).toBe(true)
    expect(JSON.parse(run.stdout)).toEqual({
      text: 'Hello you',
      profile: 'one',
      provider: 'demo',
      model: 'demo-model',
      usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
      response_id: 'resp_1',
      conversation: 'conv_1',
      finish_reason: 'stop',
    })
  })

  test('a cut answer is an answer, and says so on standard error', async () => {
    await using house = await FakeHouse.open(async (lane) => {
      lane.created()
      await lane.text('Once')
      lane.end('incomplete')
    })
    const run = await runHearth(['ask', 'Hi'], { env: house.env })
    expect(run).toMatchObject({ code: 0, stdout: 'Once\n', stderr: 'The answer was cut (length).\n' })
  })
})

/** Text and two chunked blobs at once; the terminal message comes before the last bytes, as text goes first. */
const drawing =
  (picture: Buffer, sha256?: string): Play =>
  async (lane) => {
    const send = (kind: 1 | 2, blobNo: number, from: number, to: number): void =>
      lane.chunk(picture.subarray(from, to), { kind, blobNo, offset: from, last: to === picture.byteLength })
    lane.created()
    lane.event('response.image_generation_call.generating', { item_id: 'p', output_index: 1 })
    send(binaryKinds.imagePartial, 8, 0, 60_000)
    lane.picture(picture, { blobNo: 9, ...(sha256 === undefined ? {} : { sha256 }) })
    send(binaryKinds.imageFinal, 9, 0, 60_000)
    await lane.text('A house')
    send(binaryKinds.imageFinal, 9, 60_000, 120_000)
    lane.end('completed')
    send(binaryKinds.imageFinal, 9, 120_000, picture.byteLength)
  }

describe('a picture', () => {
  const picture = randomBytes(150_000)

  test('is put together from its chunks, verified and written, and text comes too', async () => {
    await using house = await FakeHouse.open(drawing(picture))
    const file = join(folder, 'x.png')
    const run = await runHearth(['ask', 'A house', '--image', file], { env: house.env })
    expect(run).toMatchObject({ code: 0, stdout: 'A house\n' })
    expect(run.stderr).toBe(`Wrote ${file} (150000 bytes, image/png).\n`)
    expect(readFileSync(file).equals(picture)).toBe(true)
    expect(house.received[1]).toMatchObject({ modalities: ['text', 'image'] })
  })

  test('is named in the object of --json, with a path from where the person stands', async () => {
    await using house = await FakeHouse.open(drawing(picture))
    const run = await runHearth(['ask', 'A house', '--image', 'x.png', '--json'], {
      env: { ...house.env, INIT_CWD: folder },
    })
    expect(run.stderr).toBe('')
    expect(JSON.parse(run.stdout)).toMatchObject({
      image: {
        path: join(folder, 'x.png'),
        byte_length: 150_000,
        sha256: createHash('sha256').update(picture).digest('hex'),
        blob_id: 'blob_1',
      },
    })
  })

  test('with another SHA-256 than announced is not written', async () => {
    await using house = await FakeHouse.open(drawing(picture, 'a'.repeat(64)))
    const file = join(folder, 'x.png')
    const run = await runHearth(['ask', 'A house', '--image', file], { env: house.env })
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('another SHA-256')
    expect(existsSync(file)).toBe(false)
  })

  test('with a gap in its chunks is not written', async () => {
    await using house = await FakeHouse.open(async (lane: Lane) => {
      lane.created()
      lane.picture(picture, { blobNo: 9 })
      lane.chunk(picture.subarray(10, 20), { kind: binaryKinds.imageFinal, blobNo: 9, offset: 10, last: false })
    })
    const run = await runHearth(['ask', 'A house', '--image', join(folder, 'x.png')], { env: house.env })
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('has a gap')
  })

  test('that never came is a failure', async () => {
    await using house = await FakeHouse.open(hello)
    const run = await runHearth(['ask', 'A house', '--image', join(folder, 'x.png')], { env: house.env })
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('has no picture')
  })

  test('into a folder that is not there is refused before the question is asked', async () => {
    await using house = await FakeHouse.open(hello)
    const run = await runHearth(['ask', 'A house', '--image', join(folder, 'no/x.png')], { env: house.env })
    expect(run.code).toBe(2)
    expect(house.received).toEqual([])
  })
})

describe('what goes wrong', () => {
  test('a failed run prints its partial text, says why with its code, and exits 1', async () => {
    await using house = await FakeHouse.open(async (lane) => {
      lane.created()
      await lane.text('Par')
      const message = 'The engine went away; ask again.'
      lane.end('failed', {
        error: { type: 'api_error', code: 'provider_connection_failed', message, retryable: true },
      })
    })
    const run = await runHearth(['ask', 'Hi'], { env: house.env })
    expect(run).toMatchObject({
      code: 1,
      stdout: 'Par\n',
      stderr: 'The engine went away; ask again. [provider_connection_failed]\n',
    })
    const json = await runHearth(['ask', '--json', 'Hi'], { env: house.env })
    expect(json).toMatchObject({ code: 1, stdout: '' })
  })

  test.each([
    ['caller_model_unknown', 1],
    ['policy_access_denied', 4],
  ] as const)('a question refused with %s exits %i', async (code, exit) => {
    await using house = await FakeHouse.open(async (lane) => {
      const error = { type: 'invalid_request_error', code, message: 'No.', retryable: false }
      lane.send({ type: 'error', error, event_id: lane.question.event_id })
    })
    const run = await runHearth(['ask', 'Hi'], { env: house.env })
    expect(run).toMatchObject({ code: exit, stdout: '', stderr: `No. [${code}]\n` })
  })

  test.each([
    [1012, 1, 'goes on and ends in the history'],
    [4408, 1, 'reads too slowly'],
    [4401, 4, 'No valid token'],
    [4426, 1, 'will not help'],
  ])('a connection closed with %i exits %i', async (code, exit, text) => {
    await using house = await FakeHouse.open(async (lane) => {
      lane.created()
      lane.close(code)
    })
    const run = await runHearth(['ask', 'Hi'], { env: house.env })
    expect(run.code).toBe(exit)
    expect(run.stderr).toContain(text)
  })

  test('a message that does not fit the protocol is not skipped', async () => {
    await using house = await FakeHouse.open(async (lane) => {
      lane.created()
      lane.raw('{"type":"response.output_text.delta","stream_id":"ask"}')
    })
    const run = await runHearth(['ask', 'Hi'], { env: house.env })
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('does not fit the protocol')
  })

  test('a wrong token exits 4 with the code of the server', async () => {
    await using house = await FakeHouse.open(hello)
    const run = await runHearth(['ask', 'Hi'], { env: { ...house.env, HEARTH_TOKEN: 'wrong' } })
    expect(run).toMatchObject({ code: 4, stderr: 'the text of policy_unauthenticated [policy_unauthenticated]\n' })
  })

  test('no server exits 3 and says how to start it, with or without a token', async () => {
    const house = await FakeHouse.open(hello)
    const { url } = house
    await house[Symbol.asyncDispose]()
    const withToken = await runHearth(['ask', 'Hi'], { env: { HEARTH_URL: url, HEARTH_TOKEN: 't' } })
    expect(withToken.code).toBe(3)
    expect(withToken.stderr).toContain('npm start')
    const without = await runHearth(['ask', 'Hi'], { env: { HEARTH_URL: url, HEARTH_DATA_DIR: folder } })
    expect(without.code).toBe(3)
  })
})

describe('Ctrl-C', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s cancels the run, waits for its end and exits 130', async (signal) => {
    await using house = await FakeHouse.open(async (lane) => {
      lane.created()
      await lane.text('Once upon')
      await lane.untilCancelled()
      lane.end('cancelled')
    })
    const run = await runHearth(['ask', 'Hi'], { env: house.env, signalAt: { text: 'Once upon', signal } })
    expect(run).toMatchObject({ code: 130, stdout: 'Once upon\n', stderr: '' })
    expect(house.received.at(-1)).toMatchObject({ type: 'response.cancel', stream_id: 'ask' })
  })

  test('ends although the server does not answer the cancel', async () => {
    await using house = await FakeHouse.open(async (lane) => {
      lane.created()
      await lane.text('Once upon')
    })
    const run = await runHearth(['ask', 'Hi'], { env: house.env, signalAt: { text: 'Once upon', signal: 'SIGINT' } })
    expect(run).toMatchObject({ code: 130, stderr: '' })
  })
})

describe('address and token', () => {
  test('come from the files that the server of this machine wrote', async () => {
    await using house = await FakeHouse.open(hello)
    writeFileSync(join(folder, 'address'), `${house.url}\n`)
    writeFileSync(join(folder, 'admin-token'), `${goodToken}\n`)
    const run = await runHearth(['ask', 'Hi'], { env: { HEARTH_DATA_DIR: folder } })
    expect(run).toMatchObject({ code: 0, stdout: 'Hello you\n' })
  })

  test('come from gateway.port and HEARTH_ADMIN_TOKEN', async () => {
    await using house = await FakeHouse.open(hello)
    const env = {
      HEARTH_DATA_DIR: folder,
      HEARTH_GATEWAY__PORT: new URL(house.url).port,
      HEARTH_ADMIN_TOKEN: goodToken,
    }
    expect(await runHearth(['ask', 'Hi'], { env })).toMatchObject({ code: 0 })
  })

  test('--url and --token-file are over everything', async () => {
    await using house = await FakeHouse.open(hello)
    writeFileSync(join(folder, 'mine'), `${goodToken}\n`)
    const run = await runHearth(['ask', 'Hi', '--url', house.url, '--token-file', join(folder, 'mine')], {
      env: { HEARTH_URL: 'http://127.0.0.1:1', HEARTH_TOKEN: 'wrong' },
    })
    expect(run).toMatchObject({ code: 0 })
  })

  test('the admin token of this machine is not given to another one', async () => {
    writeFileSync(join(folder, 'admin-token'), `${goodToken}\n`)
    const run = await runHearth(['ask', 'Hi', '--url', 'http://elsewhere.invalid'], {
      env: { HEARTH_DATA_DIR: folder },
    })
    expect(run.code).toBe(4)
    expect(run.stderr).toContain('which token')
  })
})
