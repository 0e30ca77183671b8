import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { root, startHouse } from '../support/house.ts'

const folders: string[] = []
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))
})

/** A start that is expected to fail. */
async function refused(
  config: string,
  dataDir?: string,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-refused-'))
  folders.push(folder)
  const configFile = join(folder, 'config.yaml')
  await writeFile(configFile, config)
  const child = spawn(process.execPath, [join(root, 'services/main.ts')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HEARTH_CONFIG: configFile,
      HEARTH_DATA_DIR: dataDir ?? join(folder, 'data'),
      HEARTH_GATEWAY__PORT: '0',
      HEARTH_OPERATIONS__PORT: '0',
    },
  })
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()))
  await once(child, 'close')
  return { code: child.exitCode, output: chunks.join('') }
}

describe('a start that fails', () => {
  it('exits 1 and names the file that the system refuses', async () => {
    const { code, output } = await refused('gateway: { tls: { cert_file: nope.pem, key_file: nope.key } }\n')
    expect(code).toBe(1)
    expect(output).toContain('nope.pem does not exist')
    expect(output).not.toContain('defect')
  })

  it('exits 1 when the data folder cannot be made', async () => {
    const { code, output } = await refused('{}\n', '/dev/null/data')
    expect(code).toBe(1)
    expect(output).toContain('/dev/null/data')
  })

  it('leaves the house alone that has its data folder', async () => {
    await using house = await startHouse()
    const before = await readdir(house.dataDir)
    const { code, output } = await refused('{}\n', house.dataDir)
    expect(code).toBe(1)
    expect(output).toContain('in use by another process')
    expect(await readdir(house.dataDir)).toEqual(before)
    expect(await readFile(join(house.dataDir, 'operations-address'), 'utf8')).toContain(
      house.operationsUrl.slice(0, -7),
    )
  })
})
