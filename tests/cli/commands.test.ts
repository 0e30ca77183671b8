import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { commands } from '../../clients/cli/commands.ts'
import { FakeHouse, goodToken } from './fake-house.ts'
import { runInProcess } from './run-in-process.ts'

vi.setConfig({ testTimeout: 30_000 })

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-cli-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('help', () => {
  test('alone, by help and by --help names every command and every exit code', async () => {
    const [alone, byWord, byOption] = [
      await runInProcess([]),
      await runInProcess(['help']),
      await runInProcess(['--help']),
    ]
    expect(alone).toMatchObject({ code: 0, stderr: '' })
    expect(byWord.stdout).toBe(alone.stdout)
    expect(byOption.stdout).toBe(alone.stdout)
    for (const { name, summary } of commands) expect(alone.stdout).toMatch(new RegExp(`  ${name}.* ${summary}`))
    for (const code of [0, 1, 2, 3, 4, 5, 130]) expect(alone.stdout).toMatch(new RegExp(`^ +${code} +\\S`, 'm'))
  })

  test.each(commands.map(({ name }) => name))('of %s has its options, an example and the exit codes', async (name) => {
    const command = commands.find((candidate) => candidate.name === name)
    const [before, after] = [
      await runInProcess(['help', ...name.split(' ')]),
      await runInProcess([...name.split(' '), '--help']),
    ]
    expect(after).toMatchObject({ code: 0, stderr: '' })
    expect(before.stdout).toBe(after.stdout)
    expect(after.stdout).toContain(`Usage: hearth ${name}`)
    for (const option of Object.keys(command?.options ?? {})) expect(after.stdout).toContain(`--${option}`)
    for (const example of command?.examples ?? []) expect(after.stdout).toContain(`  ${example}`)
    expect(after.stdout).toContain('130 interrupted')
    expect(command?.examples.length).toBeGreaterThan(0)
  })

  test('of a group lists its commands', async () => {
    const run = await runInProcess(['model', '--help'])
    expect(run).toMatchObject({ code: 0 })
    expect(run.stdout).toContain('model fetch')
  })
})

test.each([
  [['nonsense'], 'no command "nonsense"'],
  [['model'], 'A command is missing after "model"'],
  [['model', 'burn'], 'no command "model burn"'],
  [['ask'], '"<text>" is missing'],
  [['ask', ''], 'The text is empty'],
  [['ask', 'two', 'words'], 'put a text with spaces in quotes'],
  [['ask', '--colour', 'x'], "Unknown option '--colour'"],
  [['ask', '--max-output-tokens', 'many', 'x'], '--max-output-tokens takes a number'],
  [['token', 'create', 'x', '--days', '-1'], '--days'],
  [['ask', 'x', '--url', 'not a url'], 'must be like http://'],
])('wrong usage %j exits 2 with one sentence and no trace', async (args, sentence) => {
  const run = await runInProcess(args, { HEARTH_DATA_DIR: folder })
  expect(run).toMatchObject({ code: 2, stdout: '' })
  expect(run.stderr).toContain(sentence)
  expect(run.stderr).not.toMatch(/\n {4}at /)
})

test.each(['http://127.example.com', 'http://localhost.example.com', 'http://192.0.2.1:8080'])(
  'the admin token of this machine is not given to %s',
  async (url) => {
    writeFileSync(join(folder, 'admin-token'), goodToken)
    const run = await runInProcess(['ask', 'x', '--url', url], { HEARTH_DATA_DIR: folder })
    expect(run).toMatchObject({ code: 4, stdout: '' })
    expect(run.stderr).toContain('which token')
  },
)

describe('config check', () => {
  test('prints every problem with file and line, and exits 5', async () => {
    writeFileSync(join(folder, 'config.yaml'), 'gateway:\n  prot: 1\nlog:\n  level: loud\n')
    const run = await runInProcess(['config', 'check'], { HEARTH_CONFIG: join(folder, 'config.yaml') })
    expect(run.code).toBe(5)
    expect(run.stdout).toMatch(
      /config\.yaml:2:3 gateway\.prot: unknown key; .*did you mean port\?\n.*config\.yaml:4:3 log\.level/,
    )
    expect(run.stderr).toBe('2 problems in the configuration.\n')
  })

  test('prints ok and the resolved places, and what is disabled', async () => {
    writeFileSync(join(folder, 'mine.yaml'), 'data_dir: d\n')
    const run = await runInProcess(['config', 'check', 'mine.yaml'], { INIT_CWD: folder })
    expect(run.code).toBe(0)
    expect(run.stdout).toMatch(/^ok\n/)
    expect(run.stdout).toContain(join(folder, 'd/hearth.db'))
    expect(run.stdout).toContain(join(folder, 'd/models'))
    expect(run.stderr).toContain('adapters.openai.connections.default is disabled: OPENAI_API_KEY is not set.')
  })

  test('another command with a broken configuration exits 5 as well', async () => {
    const run = await runInProcess(['ask', 'Hi'], { HEARTH_GATEWAY__PROT: '1' })
    expect(run.code).toBe(5)
    expect(run.stderr).toContain('did you mean HEARTH_GATEWAY__PORT?')
  })
})

describe('with a server', () => {
  test('pair prints link, code and expiry', async () => {
    await using house = await FakeHouse.open()
    const run = await runInProcess(['pair', '--user', 'anna'], house.env)
    expect(run.code).toBe(0)
    expect(run.stdout).toContain(`${house.url}/#pair=ABCD2345`)
    expect(run.stdout).toMatch(/code +ABCD2345/)
    expect(run.stdout).toContain('2027-01-15T08:00:00.000Z')
    expect(house.requests).toEqual([{ method: 'POST', path: '/api/v1/pairings', body: { user: 'anna' } }])
  })

  test('pair names the server as the LAN does when it is open to it', async () => {
    await using house = await FakeHouse.open()
    const env = { ...house.env, HEARTH_GATEWAY__HOST: '0.0.0.0', HEARTH_GATEWAY__ALLOWED_HOSTS: 'localhost,hearth.lan' }
    const run = await runInProcess(['pair', '--json'], env)
    expect(JSON.parse(run.stdout)).toMatchObject({
      link: `http://hearth.lan:${new URL(house.url).port}/#pair=ABCD2345`,
      user: 'admin',
    })
  })

  test('profiles lists all pages', async () => {
    await using house = await FakeHouse.open()
    const run = await runInProcess(['profiles'], house.env)
    expect(run.code).toBe(0)
    expect(run.stdout).toMatch(/one +The one \(text, config, default\): demo\/default\/demo\n +two +The two/)
    const json = await runInProcess(['profiles', '--json'], house.env)
    expect(JSON.parse(json.stdout)).toHaveLength(2)
  })

  test('token create prints the secret alone, list and revoke work, an unknown one fails with its code', async () => {
    await using house = await FakeHouse.open()
    const made = await runInProcess(['token', 'create', 'panel', '--scope', 'chat', '--scope', 'read'], house.env)
    expect(made).toMatchObject({ code: 0, stdout: 'the-secret\n' })
    expect(house.requests[0]?.body).toEqual({ name: 'panel', scopes: ['chat', 'read'] })
    const listed = await runInProcess(['token', 'list'], house.env)
    expect(listed.stdout).toContain('tok_1')
    expect(await runInProcess(['token', 'revoke', 'tok_1'], house.env)).toMatchObject({
      code: 0,
      stderr: 'Revoked.\n',
    })
    const unknown = await runInProcess(['token', 'revoke', 'tok_2'], house.env)
    expect(unknown).toMatchObject({ code: 1, stderr: 'the text of caller_not_found [caller_not_found]\n' })
    const denied = await runInProcess(['token', 'list'], { ...house.env, HEARTH_TOKEN: 'wrong' })
    expect(denied.code).toBe(4)
  })

  test('status says version, profiles and what is lacking; of another machine no readiness is known', async () => {
    const operations = createServer((_request, response) => {
      const reasons = [{ check: 'model', blocking: true, message: 'The model is being loaded.' }]
      response.writeHead(503).end(JSON.stringify({ status: 'not_ready', reasons }))
    }).listen(0, '127.0.0.1')
    await once(operations, 'listening')
    await using house = await FakeHouse.open()
    writeFileSync(join(folder, 'address'), house.url)
    const address = operations.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const env = { HEARTH_TOKEN: goodToken, HEARTH_DATA_DIR: folder, HEARTH_OPERATIONS__PORT: port }
    const own = await runInProcess(['status'], env)
    expect(own.code).toBe(1)
    expect(own.stdout).toMatch(/ready +not_ready\n(?:.*\n)* {2}model +The model is being loaded\./)
    rmSync(join(folder, 'address'))
    const other = await runInProcess(['status', '--json', '--url', house.url], env)
    expect(other.code).toBe(0)
    expect(JSON.parse(other.stdout)).toEqual({
      url: house.url,
      server: { name: 'fake', version: '9.9.9' },
      protocol: 'hearth.v1',
      revision: 7,
      profiles: ['one'],
      status: 'unknown',
      reasons: [],
    })
    operations.close()
  })
})

test('model list names the files of every connection, or says how to get one', async () => {
  const env = { HEARTH_DATA_DIR: folder }
  const none = await runInProcess(['model', 'list'], env)
  expect(none).toMatchObject({ code: 0, stdout: '' })
  expect(none.stderr).toContain('hearth model fetch')
  mkdirSync(join(folder, 'models'))
  writeFileSync(join(folder, 'models/Small.GGUF'), 'GGUF')
  writeFileSync(join(folder, 'models/other.txt'), '')
  const some = await runInProcess(['model', 'list', '--json'], env)
  expect(JSON.parse(some.stdout)).toEqual([
    { model: 'small', connection: 'embedded', path: join(folder, 'models/Small.GGUF'), bytes: 4 },
  ])
})
