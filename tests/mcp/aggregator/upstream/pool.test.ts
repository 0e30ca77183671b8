import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ProcessLedger, startOf } from '../../../../services/mcp/aggregator/upstream/stdio/process-ledger.ts'
import { listenLegacy, listenModern } from './http-servers.ts'
import { callOf, isRunning, lineOf, serverOf, startPool, textOf, until } from './pool-house.ts'

const never = new AbortController().signal

describe('a pool that is made to be something else', () => {
  test('leaves alone what stays, ends what is gone, and knows what is new', async () => {
    const [stays, goes] = [lineOf('stays'), lineOf('goes')]
    const { pool, get } = startPool([stays, goes])
    const [kept, ended] = await Promise.all([textOf(get('stays'), callOf('pid')), textOf(get('goes'), callOf('pid'))])
    pool.apply([{ ...stays, revision: 2, trust: 'high' }, lineOf('new')])
    expect(pool.get('goes')).toBeUndefined()
    await until(() => !isRunning(Number(ended)))
    expect(await textOf(get('stays'), callOf('pid'))).toBe(kept)
    expect(await textOf(get('new'), callOf('echo', { text: 'x' }))).toBe('x')
    expect(pool.statuses().map(({ name }) => name)).toEqual(['stays', 'new'])
  })

  test('starts anew what is reached in another way; calls under way end where they began', async () => {
    const { pool, get } = startPool([lineOf('line')])
    const before = await textOf(get('line'), callOf('pid'))
    const slow = textOf(get('line'), callOf('slow', { ms: 400 }))
    await textOf(get('line'), callOf('echo'))
    pool.apply([lineOf('line', ['modern'])])
    const after = await textOf(get('line'), callOf('pid'))
    expect(after).not.toBe(before)
    expect(await slow).toBe('slow')
    await until(() => !isRunning(Number(before)))
    expect(get('line').status().era).toBe('modern')
  })

  test('what is switched off refuses at once, lets calls finish, and has no process', async () => {
    const line = lineOf('line')
    const { pool, get } = startPool([line])
    const pid = Number(await textOf(get('line'), callOf('pid')))
    const slow = textOf(get('line'), callOf('slow', { ms: 400 }))
    await textOf(get('line'), callOf('echo'))
    pool.apply([{ ...line, enabled: false }])
    await expect(get('line').exchange(callOf('echo'))).rejects.toMatchObject({ code: 'tool_disabled' })
    await expect(get('line').list(never)).rejects.toMatchObject({ code: 'tool_disabled' })
    expect(get('line').status().state).toBe('off')
    expect(await slow).toBe('slow')
    await until(() => !isRunning(pid))
    pool.apply([line])
    expect(await textOf(get('line'), callOf('echo', { text: 'on' }))).toBe('on')
  })

  test('what is switched off cancels its calls where that is wanted', async () => {
    const line = lineOf('line')
    const { pool, get } = startPool([line], { onDisable: () => 'cancel' })
    await textOf(get('line'), callOf('echo'))
    const hanging = get('line').exchange(callOf('hang'))
    pool.apply([{ ...line, enabled: false }])
    await expect(hanging).rejects.toMatchObject({ code: 'tool_disabled' })
  })

  test('restart gives a new process and forgets the failures', async () => {
    const { pool, get } = startPool([lineOf('line'), lineOf('broken', ['die-at-start'])])
    const pid = await textOf(get('line'), callOf('pid'))
    const hanging = expect(get('line').exchange(callOf('hang'))).rejects.toMatchObject({ code: 'tool_unavailable' })
    await pool.restart('line')
    await hanging
    expect(isRunning(Number(pid))).toBe(false)
    expect(await textOf(get('line'), callOf('pid'))).not.toBe(pid)
    await expect(get('broken').list(never)).rejects.toMatchObject({ code: 'tool_unavailable' })
    expect(get('broken').status().state).toBe('backoff')
    await pool.restart('broken')
    expect(get('broken').status()).toMatchObject({ state: 'cold', lastError: undefined })
  })

  test('stops in time even what does not want to end', async () => {
    const { pool, get } = startPool([lineOf('line')])
    const pid = Number(await textOf(get('line'), callOf('pid')))
    const hanging = get('line').exchange(callOf('hang'))
    await textOf(get('line'), callOf('echo'))
    process.kill(pid, 'SIGSTOP')
    const startedAt = performance.now()
    await Promise.all([
      pool.stop(AbortSignal.timeout(300)),
      expect(hanging).rejects.toMatchObject({ code: 'tool_unavailable' }),
    ])
    expect(performance.now() - startedAt).toBeLessThan(1500)
    expect(isRunning(pid)).toBe(false)
  })
})

describe('a server that cannot be used as it is declared', () => {
  test('is disabled, and says what is missing', async () => {
    const { get } = startPool([
      serverOf('secret', { command: 'true', env: { A: '${NO_SUCH_SECRET}' } }),
      serverOf('api', { command: 'true' }, 'api'),
      serverOf('image', { image: 'x' }),
    ])
    for (const [name, word] of [
      ['secret', 'NO_SUCH_SECRET'],
      ['api', 'mcp.allow_api_commands'],
      ['image', 'cluster'],
    ] as const) {
      await expect(get(name).list(never)).rejects.toMatchObject({ message: expect.stringContaining(word) })
      expect(get(name).status()).toMatchObject({ state: 'disabled', lastError: expect.stringContaining(word) })
    }
  })
})

describe('calls', () => {
  test('beyond what is allowed at the same time wait; the deadline counts their waiting', async () => {
    const limits = { concurrency: 2, timeout_ms: 2000 }
    const { get } = startPool([lineOf('line', [], { limits })])
    await get('line').list(never)
    const slow = Array.from({ length: 4 }, () => textOf(get('line'), callOf('slow', { ms: 300 })))
    const startedAt = performance.now()
    await Promise.all(slow)
    expect(performance.now() - startedAt).toBeGreaterThan(590)
    const long = Array.from({ length: 2 }, () => get('line').exchange(callOf('slow', { ms: 5000 })))
    const waits = get('line').exchange(callOf('echo'))
    const ended = await Promise.allSettled([...long, waits])
    expect(ended.map((end) => end.status === 'rejected' && end.reason.code)).toEqual(Array(3).fill('tool_timeout'))
  })

  test('beyond the line of those who wait are refused at once', async () => {
    const { get } = startPool([lineOf('line', [], { limits: { concurrency: 1, timeout_ms: 1000 } })])
    await get('line').list(never)
    const calls = Array.from({ length: 300 }, () => get('line').exchange(callOf('hang')))
    const codes = (await Promise.allSettled(calls)).map((end) => (end.status === 'rejected' ? end.reason.code : ''))
    expect(codes.filter((code) => code === 'gateway_overloaded')).toHaveLength(300 - 257)
  })
})

describe('what was found out about an era', () => {
  test('is used for a day and no longer, and not when it proves wrong', async () => {
    let now = Date.now()
    const server = await listenModern()
    const verdicts = new Map<string, string>()
    const options = { verdicts, clock: () => now }
    const { pool, get } = startPool([serverOf('web', { url: server.url })], options)
    await get('web').list(never)
    const [key = ''] = verdicts.keys()
    verdicts.set(key, JSON.stringify({ kind: 'legacy', transport: 'http', at: now }))
    await pool.restart('web')
    await get('web').list(never)
    expect(get('web').status().era).toBe('modern')
    expect(JSON.parse(verdicts.get(key) ?? '{}').kind).toBe('modern')
    const kept = verdicts.get(key)
    now += 25 * 60 * 60 * 1000
    await pool.restart('web')
    await get('web').list(never)
    expect(verdicts.get(key)).not.toBe(kept)
  })

  test('a server that was replaced by an older one is spoken to in its way', async () => {
    const modern = await listenModern()
    const { get, pool } = startPool([serverOf('web', { url: modern.url })])
    await get('web').list(never)
    await modern.close()
    const legacy = await listenLegacy(modern.port)
    await pool.restart('web')
    expect((await get('web').list(never)).tools).toHaveLength(4)
    expect(get('web').status().era).toBe('legacy')
    expect(legacy.seen.length).toBeGreaterThan(0)
  })
})

describe('what a Hearth that was killed left behind', () => {
  const log = pino({ level: 'silent' })
  const startStray = async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
    const pid = child.pid ?? 0
    onTestFinished(() => void child.kill('SIGKILL'))
    await until(() => startOf(pid) !== undefined)
    return pid
  }
  const inFolder = () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'hearth-ledger-'))
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
    return dataDir
  }

  test('is ended at the next start', async () => {
    const dataDir = inFolder()
    const pid = await startStray()
    const ledger = new ProcessLedger(dataDir, log)
    ledger.add({ pid })
    await ledger.flush()
    const { pool } = startPool([], { dataDir })
    await pool.start(never)
    await until(() => startOf(pid) === undefined)
  })

  test('is let alone when the pid belongs to another process by now, or the machine was started anew', async () => {
    const dataDir = inFolder()
    const pid = await startStray()
    const path = join(dataDir, 'mcp-processes.json')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const files = [
      { boot, processes: [{ pid, startedAt: '1' }] },
      { boot: 'another', processes: [{ pid, startedAt: startOf(pid) }] },
      { boot, processes: [{ pid: 1, startedAt: startOf(1) }] },
      { boot, processes: [{ pid: -pid, startedAt: startOf(pid) }] },
      'nonsense',
    ]
    for (const file of files) {
      writeFileSync(path, JSON.stringify(file))
      expect(await new ProcessLedger(dataDir, log).reap()).toEqual([])
    }
    expect(startOf(pid)).toBeDefined()
  })
})
