import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { root } from '../support/house.ts'
import { readPng } from '../support/png.ts'
import { startProgram } from '../support/program.ts'
import { runHearth } from './run-hearth.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-cli-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('help and wrong usage go to the right stream of a real process, with their exit codes', async () => {
  const help = await runHearth(['help', 'ask'])
  expect(help).toMatchObject({ code: 0, stderr: '' })
  expect(help.stdout).toContain('Usage: hearth ask')
  const wrong = await runHearth(['ask', '--colour', 'x'])
  expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: "Unknown option '--colour'. See: hearth ask --help\n" })
})

test('config check of a real process exits 5 with every problem', async () => {
  writeFileSync(join(folder, 'config.yaml'), 'gateway:\n  prot: 1\n')
  const run = await runHearth(['config', 'check'], { cwd: folder })
  expect(run.code).toBe(5)
  expect(run.stdout).toMatch(/^config\.yaml:2:3 gateway\.prot: unknown key;/)
})

test('serve passes options and exit code on: an unknown role is refused by the server itself', async () => {
  const run = await runHearth(['serve', '--roles', 'cook'], { env: { HEARTH_DATA_DIR: folder } })
  expect(run.code).not.toBe(0)
  expect(run.stdout + run.stderr).toContain('cook')
})

test('serve runs the server, the other commands find it by its data folder, and SIGTERM stops both in order', async () => {
  const env = { HEARTH_DATA_DIR: folder, HEARTH_GATEWAY__PORT: '0', HEARTH_OPERATIONS__PORT: '0' }
  const serving = startProgram(process.execPath, [join(root, 'clients/cli/main.ts'), 'serve'], { env })
  try {
    await serving.until(/^Ready in /m, 45_000)
    const file = join(folder, 'x.png')
    const asked = await runHearth(['ask', '--profile', 'demo', '--image', file, '--json', 'A red house'], { env })
    expect(asked).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(asked.stdout)).toMatchObject({ profile: 'demo', provider: 'demo', image: { path: file } })
    expect(readPng(readFileSync(file))).toMatchObject({ width: 512, height: 512 })
    const denied = await runHearth(['profiles'], { env: { ...env, HEARTH_TOKEN: 'a-wrong-token-of-some-length' } })
    expect(denied.code).toBe(4)
    const paired = await runHearth(['pair'], { env })
    expect(paired.stdout).toMatch(/#pair=[A-Z2-9]{8}$/m)
    const made = await runHearth(['token', 'create', 'panel', '--scope', 'chat', '--json'], { env })
    const { id, secret } = JSON.parse(made.stdout)
    expect(
      await runHearth(['ask', '--profile', 'demo', 'Hi'], { env: { ...env, HEARTH_TOKEN: secret } }),
    ).toMatchObject({ code: 0 })
    expect(await runHearth(['token', 'revoke', id], { env })).toMatchObject({ code: 0 })
    const revoked = await runHearth(['ask', '--profile', 'demo', 'Hi'], { env: { ...env, HEARTH_TOKEN: secret } })
    expect(revoked.code).toBe(4)
    const unknown = await runHearth(['ask', '--profile', 'no-such', 'Hi'], { env })
    expect(unknown.code).toBe(1)
    expect(unknown.stderr).toContain('[caller_model_unknown]')
  } finally {
    expect(await serving.stop()).toBe(0)
  }
  const gone = await runHearth(['ask', 'Hi'], { env })
  expect(gone.code).toBe(3)
})
