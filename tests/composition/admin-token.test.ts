import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readAdminToken } from '../../services/composition/admin-token.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hearth-token-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

describe('the admin token', () => {
  it('is made once, readable by the owner alone, and kept', async () => {
    const first = await readAdminToken(dataDir, undefined)
    expect(first).toMatchObject({ isNew: true, file: join(dataDir, 'admin-token') })
    expect(first.secret.length).toBeGreaterThan(40)
    expect((await stat(join(dataDir, 'admin-token'))).mode & 0o777).toBe(0o600)
    expect(await readAdminToken(dataDir, undefined)).toEqual({ ...first, isNew: false })
  })

  it('comes from the environment when it is given there, long enough', async () => {
    const given = await readAdminToken(dataDir, 'a-token-of-the-house')
    expect(given).toEqual({ secret: 'a-token-of-the-house', file: undefined, isNew: false })
    await expect(readAdminToken(dataDir, 'short')).rejects.toThrow('HEARTH_ADMIN_TOKEN')
  })

  it('says what to do when its file is damaged', async () => {
    await writeFile(join(dataDir, 'admin-token'), '')
    await expect(readAdminToken(dataDir, undefined)).rejects.toThrow(/delete it/)
  })
})
