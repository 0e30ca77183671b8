import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
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
