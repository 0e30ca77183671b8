import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mcpServerSpec } from '../../../services/common/contracts/mcp-server.ts'
import { open, seal } from '../../../services/mcp/store/secret-box.ts'
import { declared, never, openTestStore } from './open-test-store.ts'

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })

describe('a sealed secret', () => {
  it('opens with its key and its name only', () => {
    const property = fc.property(
      fc.string({ unit: 'binary' }),
      fc.string(),
      bytes,
      bytes,
      (secret, name, key, other) => {
        const text = secret.toWellFormed()
        const sealed = seal(text, name, key)
        expect(open(sealed, name, key)).toBe(text)
        expect(open(sealed, `${name}x`, key)).toBeUndefined()
        fc.pre(Buffer.compare(key, other) !== 0)
        expect(open(sealed, name, other)).toBeUndefined()
      },
    )
    fc.assert(property)
  })

  it('does not open when any bit of it was changed, or when it is cut', () => {
    const key = Buffer.alloc(32, 7)
    const sealed = seal('a secret', 'name', key)
    for (let bit = 0; bit < sealed.byteLength * 8; bit += 1) {
      const changed = Uint8Array.from(sealed)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(open(changed, 'name', key)).toBeUndefined()
    }
    for (let length = 0; length < sealed.byteLength; length += 1)
      expect(open(sealed.subarray(0, length), 'name', key)).toBeUndefined()
  })

  it('is another one each time', () => {
    const key = Buffer.alloc(32, 7)
    expect(seal('same', 'name', key)).not.toEqual(seal('same', 'name', key))
  })
})

describe('secrets of the house', () => {
  it('a sign-in ends with its server, removed here or in the file, and with its address', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const web = mcpServerSpec.parse({ url: 'https://web.lan/mcp' })
    const names = ['made', 'listed', 'moved', 'kept'].map((name) => `mcp-oauth:${name}`)
    await store.mcpServers.create('made', web)
    await store.declare(declared('v1', { mcpServers: { listed: web, moved: web, kept: web } }))
    for (const name of [...names, 'oauth/printer']) await store.sealed.set(name, 'tokens')
    const left = () => Promise.all(names.map((name) => store.sealed.get(name)))
    await store.declare(declared('v2', { mcpServers: { listed: web, moved: web, kept: web } }))
    expect(await left()).toEqual(['tokens', 'tokens', 'tokens', 'tokens'])
    await store.mcpServers.remove('made', undefined)
    expect(await left()).toEqual([undefined, 'tokens', 'tokens', 'tokens'])
    const moved = mcpServerSpec.parse({ command: 'program' })
    await store.declare(declared('v3', { mcpServers: { moved, kept: web } }))
    expect(await left()).toEqual([undefined, undefined, undefined, 'tokens'])
    expect(await store.sealed.get('oauth/printer')).toBe('tokens')
  })

  it('are set, read, replaced and removed, and survive a restart', async () => {
    const first = await openTestStore()
    await first.store.sealed.set('oauth/printer', 'one')
    await first.store.sealed.set('oauth/printer', 'two ü')
    await first.store.stop(never)
    await using opened = await openTestStore({ folder: first.folder })
    const { sealed } = opened.store
    expect(await sealed.get('oauth/printer')).toBe('two ü')
    expect(await sealed.get('oauth/other')).toBeUndefined()
    await sealed.remove('oauth/printer')
    expect(await sealed.get('oauth/printer')).toBeUndefined()
  })

  it('are nowhere in the database; the key lies beside it and only its owner may read it', async () => {
    await using opened = await openTestStore()
    await opened.store.sealed.set('name', 'a-secret-of-the-house')
    await opened.store.stop(never)
    expect((await readFile(opened.path)).includes('a-secret-of-the-house')).toBe(false)
    const key = await stat(`${opened.path}.key`)
    expect([key.size, (key.mode & 0o777).toString(8)]).toEqual([32, '600'])
  })

  it('a key file that others may read is closed to them', async () => {
    const first = await openTestStore()
    await first.store.sealed.set('name', 'secret')
    await first.store.stop(never)
    await chmod(`${first.path}.key`, 0o644)
    await using opened = await openTestStore({ folder: first.folder })
    expect(await opened.store.sealed.get('name')).toBe('secret')
    expect(((await stat(`${first.path}.key`)).mode & 0o777).toString(8)).toBe('600')
  })

  it('with another key they are as if they were not there, and the log says so; a new one can be set', async () => {
    const first = await openTestStore()
    await first.store.sealed.set('name', 'secret')
    await first.store.stop(never)
    await writeFile(`${first.path}.key`, Buffer.alloc(32, 1))
    await using opened = await openTestStore({ folder: first.folder })
    expect(await opened.store.sealed.get('name')).toBeUndefined()
    expect(opened.logged).toContainEqual(
      expect.objectContaining({ name: 'name', msg: expect.stringContaining('key file') }),
    )
    await opened.store.sealed.set('name', 'again')
    expect(await opened.store.sealed.get('name')).toBe('again')
  })

  it('a damaged key file is told, never replaced', async () => {
    await using opened = await openTestStore()
    const path = `${opened.path}.key`
    await writeFile(path, 'short')
    await expect(opened.store.sealed.set('name', 'secret')).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining(path),
    })
    expect(await readFile(path, 'utf8')).toBe('short')
    await writeFile(path, Buffer.alloc(32, 1))
    await opened.store.sealed.set('name', 'secret')
  })

  it('a row that was moved to another name does not open', async () => {
    const first = await openTestStore()
    await first.store.sealed.set('printer', 'secret of the printer')
    await first.store.stop(never)
    const database = new Database(first.path)
    database.prepare("update sealed_secrets set name = 'attacker'").run()
    database.close()
    await using opened = await openTestStore({ folder: first.folder })
    expect(await opened.store.sealed.get('attacker')).toBeUndefined()
  })
})
