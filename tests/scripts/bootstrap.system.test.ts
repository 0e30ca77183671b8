import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Running } from '../support/program.ts'
import { BootstrapProject, fetchesModel, installsEngine, installsPackages } from './bootstrap-project.ts'

const waitMs = 20_000
const everything = [installsPackages, installsEngine, fetchesModel]

const started: Running[] = []

/** Whatever a failed test left running ends here. */
afterEach(async () => {
  for (const running of started.splice(0)) await running.stop()
})

const start = (project: BootstrapProject, args: readonly string[], env?: Readonly<Record<string, string>>): Running => {
  const running = project.start(args, env)
  started.push(running)
  return running
}

const untilReady = (running: Running): Promise<RegExpExecArray> => running.until(/^ready (\d+) (.*)$/m, waitMs)

const exitOf = async ({ child }: Running): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a first start', () => {
  it('installs the packages, then the engine, fetches the model, and runs the service with its arguments', async () => {
    using project = new BootstrapProject()
    const running = start(project, ['start', '--roles', 'gateway,adapters'])
    const [, , rest] = await untilReady(running)
    expect(rest).toBe('--roles gateway,adapters tether=undefined')
    expect(project.calls()).toEqual(everything)
    expect(running.output()).toMatch(/Installing the packages .*\n.*Installed the packages/)
    expect(project.isLocked()).toBe(false)
  })

  it('brings neither engine nor model for roles without adapters', async () => {
    using project = new BootstrapProject()
    await untilReady(start(project, ['start', '--roles=gateway,mcp']))
    expect(project.calls()).toEqual([installsPackages])
  })

  it('goes on without the engine, and without the model, and says so', async () => {
    using project = new BootstrapProject()
    const running = start(project, ['start'], { FAKE_NPM_FAILS: 'engine', FAKE_FETCH_FAILS: '1' })
    await untilReady(running)
    expect(project.calls()).toEqual(everything)
    expect(running.output()).toContain('The engine of the embedded model could not be installed')
    expect(running.output()).toContain('There is no embedded model')
  })

  it('ends with 1 when the packages cannot be installed, and the next one tries again', async () => {
    using project = new BootstrapProject()
    const failed = start(project, ['start'], { FAKE_NPM_MS: '10', FAKE_NPM_FAILS: project.folder })
    expect(await exitOf(failed)).toBe(1)
    expect(failed.output()).toContain('could not be installed: npm ci ended with code 1')
    await untilReady(start(project, ['start']))
    expect(project.calls()).toEqual([installsPackages, ...everything])
  })

  it('with two others at the same moment installs once', async () => {
    using project = new BootstrapProject()
    const three = [1, 2, 3].map(() => start(project, ['start'], { FAKE_NPM_MS: '500' }))
    await Promise.all(three.map(untilReady))
    expect(project.calls()).toEqual(everything)
    expect(three.filter((running) => running.output().includes('Waiting for process'))).toHaveLength(2)
  })
})

describe('a later start', () => {
  it('asks nobody', async () => {
    using project = new BootstrapProject()
    await start(project, ['start']).until(/^ready/m, waitMs)
    const second = start(project, ['start'], { npm_execpath: '/nowhere/npm-cli.js', PATH: '/nowhere' })
    await untilReady(second)
    expect(project.calls()).toEqual(everything)
    expect(second.output()).toMatch(/^ready/)
  })

  it('installs again what a changed lockfile asks for, and only that', async () => {
    using project = new BootstrapProject()
    await untilReady(start(project, ['start']))
    project.write('services/adapters/local/engine/package-lock.json', '{ "packages": {}, "version": 2 }\n')
    rmSync(join(project.folder, 'services/adapters/local/engine/node_modules/.package-lock.json'))
    await untilReady(start(project, ['start']))
    expect(project.calls()).toEqual([...everything, installsEngine])
  })

  it.each([
    ['its file is gone', (project: BootstrapProject) => rmSync(join(project.folder, 'model'))],
    ['config.yaml changed', (project: BootstrapProject) => project.write('config.yaml', 'data_dir: elsewhere\n')],
  ])('fetches the model again when %s', async (_, change) => {
    using project = new BootstrapProject()
    await untilReady(start(project, ['start']))
    change(project)
    await untilReady(start(project, ['start']))
    expect(project.calls()).toEqual([...everything, fetchesModel])
  })
})

describe('a signal', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s, from the terminal and again from npm, reaches the service once, whose exit code comes back',
    async (signal) => {
      using project = new BootstrapProject()
      const running = start(project, ['start', '--roles', 'mcp'], { SERVICE_EXIT: '7' })
      await untilReady(running)
      running.child.kill(signal)
      await sleep(50)
      running.child.kill(signal)
      expect(await exitOf(running)).toBe(7)
      expect(running.output().match(/service got/g)).toHaveLength(1)
      expect(running.output()).toContain(`service got ${signal}`)
    },
  )

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s in the middle of an install ends it, and the next start repairs', async (signal, code) => {
    using project = new BootstrapProject()
    const running = start(project, ['start', '--roles', 'mcp'], { FAKE_NPM_MS: '60000' })
    await vi.waitUntil(() => project.calls().length === 1, waitMs)
    running.child.kill(signal)
    expect(await exitOf(running)).toBe(code)
    expect(project.isLocked()).toBe(false)
    await untilReady(start(project, ['start', '--roles', 'mcp']))
    expect(project.calls()).toEqual([installsPackages, installsPackages])
  })

  it('ends a start that waits for another', async () => {
    using project = new BootstrapProject()
    const first = start(project, ['start', '--roles', 'mcp'], { FAKE_NPM_MS: '60000' })
    await vi.waitUntil(() => project.calls().length === 1, waitMs)
    const second = start(project, ['start', '--roles', 'mcp'])
    await second.until(/Waiting for process (\d+)/, waitMs)
    second.child.kill('SIGTERM')
    expect(await exitOf(second)).toBe(143)
    expect(project.isLocked()).toBe(true)
    first.child.kill('SIGTERM')
    expect(await exitOf(first)).toBe(143)
  })
})

describe('kill -9', () => {
  it('of bootstrap in the middle of an install breaks nothing: the next start takes over', async () => {
    using project = new BootstrapProject()
    const running = start(project, ['start', '--roles', 'mcp'], { FAKE_NPM_MS: '60000' })
    await vi.waitUntil(() => project.calls().length === 1, waitMs)
    running.child.kill('SIGKILL')
    await once(running.child, 'exit')
    expect(project.isLocked()).toBe(true)
    await untilReady(start(project, ['start', '--roles', 'mcp']))
    expect(project.calls()).toEqual([installsPackages, installsPackages])
  })

  it('of bootstrap leaves no service behind', async () => {
    using project = new BootstrapProject()
    const running = start(project, ['start', '--roles', 'mcp'])
    const [, pid] = await untilReady(running)
    running.child.kill('SIGKILL')
    await vi.waitUntil(() => !isAlive(Number(pid)), waitMs)
    expect(running.output()).toContain('service got SIGTERM')
  })
})

it('an unknown command is refused with the known ones', async () => {
  using project = new BootstrapProject()
  const running = start(project, ['stat'])
  expect(await exitOf(running)).toBe(1)
  expect(running.output()).toContain("Unknown command 'stat'. Usage: bootstrap.mjs start|")
})
