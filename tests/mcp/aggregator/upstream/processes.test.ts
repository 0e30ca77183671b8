import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { callOf, isRunning, lineOf, serverOf, startPool, textOf, until } from './pool-house.ts'

const pidOf = (status: { readonly pid: number | undefined }): number => status.pid ?? 0

/** Of the processes that are written down as ours. */
function pidsIn(dataDir: string): readonly number[] {
  const path = join(dataDir, 'mcp-processes.json')
  if (!existsSync(path)) return []
  const { processes } = JSON.parse(readFileSync(path, 'utf8')) as { processes: { pid: number }[] }
  return processes.map(({ pid }) => pid)
}

describe('a process', () => {
  test('is a group of its own, with a minimal environment and what was declared, secrets filled in', async () => {
    process.env['HEARTH_TEST_SECRET_OF_THE_HOUSE'] = 'x'
    const { get, dataDir } = startPool([lineOf('line', [], { env: { TOKEN: 'Bearer ${KEY}' } })], {
      variables: { KEY: 'k1' },
    })
    const seen = JSON.parse(await textOf(get('line'), callOf('environment')))
    delete process.env['HEARTH_TEST_SECRET_OF_THE_HOUSE']
    expect(seen).toMatchObject({ TOKEN: 'Bearer k1', PATH: process.env['PATH'] })
    expect(seen).not.toHaveProperty('HEARTH_TEST_SECRET_OF_THE_HOUSE')
    expect(seen).not.toHaveProperty('VITEST')
    const pid = pidOf(get('line').status())
    const group = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2]
    expect(Number(group)).toBe(pid)
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('VITEST')
    await until(() => pidsIn(dataDir).includes(pid))
  })

  test('is started once for all who need it at the same time', async () => {
    const { get } = startPool([lineOf('line', ['start-after=200'])])
    const calls = Array.from({ length: 20 }, () => textOf(get('line'), callOf('pid')))
    expect(new Set(await Promise.all(calls)).size).toBe(1)
    expect(get('line').status().restarts).toBe(0)
  })

  test('that is killed in the middle of a call fails it within 100 ms, and runs again at its next use', async () => {
    const { get } = startPool([lineOf('line')])
    await textOf(get('line'), callOf('echo'))
    for (let round = 1; round <= 3; round += 1) {
      const hanging = get('line').exchange(callOf('hang'))
      const pid = Number(await textOf(get('line'), callOf('pid')))
      const killedAt = performance.now()
      process.kill(pid, 'SIGKILL')
      await expect(hanging).rejects.toMatchObject({ code: 'tool_unavailable' })
      expect(performance.now() - killedAt).toBeLessThan(100)
      await until(() => (get('line').status().retryAt ?? 0) <= Date.now())
      expect(await textOf(get('line'), callOf('echo', { text: 'again' }))).toBe('again')
      expect(get('line').status().restarts).toBe(round)
    }
  })

  test('leaves nothing of what it started itself, whether it is stopped or killed', async () => {
    const house = startPool([lineOf('line')])
    const child = Number(await textOf(house.get('line'), callOf('child')))
    process.kill(pidOf(house.get('line').status()), 'SIGKILL')
    await until(() => !isRunning(child))
    const second = Number(await textOf(house.get('line'), callOf('child')))
    const leader = pidOf(house.get('line').status())
    await house.pool.stop(AbortSignal.timeout(10_000))
    expect([isRunning(second), isRunning(leader)]).toEqual([false, false])
    expect(pidsIn(house.dataDir)).toEqual([])
  })

  test('that is stopped by SIGSTOP: its deadline is kept, the breaker opens, others are served', async () => {
    const { get } = startPool([lineOf('still', [], { limits: { timeout_ms: 300 } }), lineOf('other')])
    await get('still').list(new AbortController().signal)
    await textOf(get('other'), callOf('echo'))
    const pid = pidOf(get('still').status())
    process.kill(pid, 'SIGSTOP')
    const startedAt = performance.now()
    const call = get('still').exchange(callOf('echo'))
    const other = textOf(get('other'), callOf('echo', { text: 'fine' }))
    await expect(call).rejects.toMatchObject({ code: 'tool_timeout' })
    expect(performance.now() - startedAt).toBeLessThan(600)
    expect(await other).toBe('fine')
    await until(() => get('still').status().state === 'open')
    await expect(get('still').exchange(callOf('echo'))).rejects.toMatchObject({
      code: 'tool_unavailable',
      details: { retryAfterMs: expect.any(Number) },
    })
    await until(() => !isRunning(pid))
  })

  test('that dies at every call is started less and less often, until the breaker opens', async () => {
    let now = Date.now()
    const { get } = startPool([lineOf('line')], { clock: () => now })
    const waits: number[] = []
    for (let deaths = 0; deaths < 7; deaths += 1) {
      await expect(get('line').exchange(callOf('die'))).rejects.toMatchObject({ code: 'tool_unavailable' })
      await until(() => get('line').status().state !== 'ready')
      const wait = (get('line').status().retryAt ?? now) - now
      waits.push(wait)
      now += wait
    }
    expect(waits[0]).toBe(0)
    expect(waits.slice(1)).toEqual(waits.slice(1).toSorted((a, b) => a - b))
    expect(waits.at(-1)).toBeGreaterThan(20_000)
    now -= 1
    expect(get('line').status()).toMatchObject({ state: 'open', restarts: 6 })
  })

  test('that is started after its breaker was open serves, also when the first caller did not wait for it', async () => {
    let now = Date.now()
    const { get } = startPool([lineOf('line', ['start-after=900'], { limits: { timeout_ms: 500 } })], {
      clock: () => now,
    })
    await get('line').list(new AbortController().signal)
    process.kill(pidOf(get('line').status()), 'SIGSTOP')
    await expect(get('line').exchange(callOf('echo'))).rejects.toMatchObject({ code: 'tool_timeout' })
    await until(() => get('line').status().state === 'open')
    now += 60_000
    await expect(get('line').exchange(callOf('echo'))).rejects.toMatchObject({ code: 'tool_timeout' })
    await until(() => get('line').status().state === 'ready')
    expect(await textOf(get('line'), callOf('echo', { text: 'back' }))).toBe('back')
  })

  test('that is only slow is not taken for dead', async () => {
    const { get } = startPool([lineOf('line', [], { limits: { timeout_ms: 300 } })])
    await get('line').list(new AbortController().signal)
    const pid = await textOf(get('line'), callOf('pid'))
    await expect(get('line').exchange(callOf('hang'))).rejects.toMatchObject({ code: 'tool_timeout' })
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await textOf(get('line'), callOf('pid'))).toBe(pid)
  })

  test('is stopped when nobody has used it for a while, and watched resources keep it', async () => {
    const { get } = startPool([lineOf('line', [], { idle_stop_seconds: 1 })])
    const pid = Number(await textOf(get('line'), callOf('pid')))
    const watch = get('line').watch('line://a')
    await new Promise((resolve) => setTimeout(resolve, 1300))
    expect(isRunning(pid)).toBe(true)
    watch[Symbol.dispose]()
    await until(() => get('line').status().state === 'cold' && !isRunning(pid))
  })

  test('whose resources are watched runs again by itself', async () => {
    const { get } = startPool([lineOf('line')])
    using _watch = get('line').watch('line://a')
    await until(() => get('line').status().state === 'ready')
    const pid = pidOf(get('line').status())
    process.kill(pid, 'SIGKILL')
    await until(() => (get('line').status().pid ?? pid) !== pid)
  })

  test('that floods is read slowly, and others are not kept waiting', async () => {
    const { get } = startPool([lineOf('flood'), lineOf('other')])
    await textOf(get('flood'), callOf('echo'))
    await textOf(get('other'), callOf('echo'))
    const flood = get('flood').exchange(callOf('flood', { count: 6000 }))
    for (let calls = 0; calls < 30; calls += 1) await textOf(get('other'), callOf('echo'))
    expect(get('flood').status().callsInFlight).toBe(1)
    await flood
  })

  test('whose message has no end is ended', async () => {
    const { get } = startPool([lineOf('line')])
    const bytes = 9 * 1024 * 1024
    await expect(get('line').exchange(callOf('big', { bytes }))).rejects.toMatchObject({ code: 'tool_unavailable' })
    await until(() => (get('line').status().lastError ?? '') !== '')
    expect(await textOf(get('line'), callOf('echo', { text: 'on' }))).toBe('on')
  })
})

describe('a start', () => {
  test('that fails says why in its status, not in its error, and is tried later and later', async () => {
    const { get, registry } = startPool([lineOf('line', ['die-at-start'])])
    const error = await get('line')
      .exchange(callOf('echo'))
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'tool_unavailable' })
    expect(String(error)).not.toContain('door')
    expect(get('line').status()).toMatchObject({
      state: 'backoff',
      lastError: expect.stringContaining('cannot open the door'),
    })
    expect(get('line').status().lastError).not.toContain('\u001b')
    const delays: number[] = []
    for (let failures = 1; failures < 3; failures += 1) {
      const { retryAt = 0 } = get('line').status()
      delays.push(retryAt - Date.now())
      await until(() => Date.now() >= retryAt)
      await expect(get('line').exchange(callOf('echo'))).rejects.toMatchObject({ code: 'tool_unavailable' })
    }
    expect(delays[1]).toBeGreaterThan(delays[0] ?? 0)
    expect(await registry.metrics()).toContain('hearth_mcp_upstream_restarts_total{server="line"} 2')
  })

  test('of what is not there says so', async () => {
    const { get } = startPool([serverOf('gone', { command: '/no/such/program' })])
    await expect(get('gone').exchange(callOf('echo'))).rejects.toMatchObject({
      code: 'tool_unavailable',
      message: expect.stringContaining('does not exist'),
    })
  })

  test('that takes longer than a call may is given to the next call', async () => {
    const { get } = startPool([lineOf('line', ['start-after=900'], { limits: { timeout_ms: 600 } })])
    await expect(get('line').exchange(callOf('echo'))).rejects.toMatchObject({ code: 'tool_timeout' })
    await until(() => get('line').status().state === 'ready')
    expect(await textOf(get('line'), callOf('echo', { text: 'now' }))).toBe('now')
  })

  test('that takes longer than it may is given up, and its process is ended', async () => {
    const { get, dataDir } = startPool([lineOf('line', ['start-after=60000'], { limits: { start_timeout_ms: 1500 } })])
    const call = get('line').exchange(callOf('echo'))
    const refused = expect(call).rejects.toMatchObject({ message: expect.stringContaining('took too long') })
    await until(() => pidsIn(dataDir).length > 0)
    const [pid = 0] = pidsIn(dataDir)
    await refused
    await until(() => !isRunning(pid))
  })

  test('of many happens a few at a time', async () => {
    const servers = Array.from({ length: 6 }, (_, index) => lineOf(`line-${index}`, ['start-after=150']))
    const { get, dataDir } = startPool(servers, { limits: { spawns: 2 } })
    const calls = servers.map(({ name }) => textOf(get(name), callOf('pid')))
    await Promise.race(calls)
    expect(pidsIn(dataDir).length).toBeLessThanOrEqual(4)
    expect(new Set(await Promise.all(calls)).size).toBe(6)
  })

  test('of a program that ends at the question for its era is made again in the old way', async () => {
    const { get } = startPool([lineOf('line', ['exit-at-probe'])])
    expect(await textOf(get('line'), callOf('echo', { text: 'old' }))).toBe('old')
    expect(get('line').status()).toMatchObject({ era: 'legacy', restarts: 0 })
  })

  test('of a program that never answers the question for its era goes on in the old way', async () => {
    const { get } = startPool([lineOf('line', ['silent-probe'], { limits: { start_timeout_ms: 1500 } })])
    expect(await textOf(get('line'), callOf('echo', { text: 'old' }))).toBe('old')
  })
})
