import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { consoleFingerprint, hasConsole } from '../../scripts/bootstrap/console.mjs'
import { BootstrapProject } from './bootstrap-project.ts'
import { TemporaryProject } from './small-project.ts'

const startPage = 'clients/web/index.html'
const builder = 'scripts/build-console.ts'

/** A clone whose build of the page is a small stand-in that counts itself. */
class PageProject extends BootstrapProject {
  constructor() {
    super()
    this.write(startPage, 'page').write('clients/web/src/main.ts', 'main').write(builder, fakeBuild)
  }

  /** Runs `npm start` until the service serves; what it printed. */
  async serve(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const running = this.start(['start', ...args], env)
    await running.until(/^ready /m, 20_000)
    await running.stop()
    return running.output()
  }

  builds(): number {
    const log = join(this.folder, 'builds')
    return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').length : 0
  }
}

const fakeBuild = `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { consoleFingerprint, consoleFolderOf, consoleReceiptOf } from './bootstrap/console.mjs'

appendFileSync('builds', 'built\\n')
if (process.env['FAKE_BUILD_FAILS'] !== undefined) process.exit(1)
mkdirSync(consoleFolderOf('.'), { recursive: true })
writeFileSync(consoleReceiptOf(consoleFolderOf('.')), consoleFingerprint('.'))
`

describe('the page', () => {
  it('is built by npm start once, and again when a source has changed', { timeout: 60_000 }, async () => {
    using project = new PageProject()
    await project.serve()
    expect(project.builds()).toBe(1)
    await project.serve()
    expect(project.builds()).toBe(1)
    project.write('clients/web/src/main.ts', 'changed')
    await project.serve()
    expect(project.builds()).toBe(2)
  })

  it('is built only where the gateway runs', { timeout: 60_000 }, async () => {
    using project = new PageProject()
    await project.serve(['--roles', 'router,mcp'])
    expect(project.builds()).toBe(0)
  })

  it('that cannot be built is said, and Hearth starts without it', { timeout: 60_000 }, async () => {
    using project = new PageProject()
    expect(await project.serve([], { FAKE_BUILD_FAILS: '1' })).toContain('The page could not be built')
    expect(project.builds()).toBe(1)
  })
})

describe('what the page was built of', () => {
  it('counts every source, the locked packages and the way of building, and nothing that was built', () => {
    using project = new TemporaryProject()
      .write(startPage, 'page')
      .write('package-lock.json', '{}')
      .write(builder, 'build')
    const prints = [consoleFingerprint(project.folder)]
    for (const path of [startPage, 'clients/web/src/deep/new.ts', 'package-lock.json', builder]) {
      project.write(path, `changed ${path}`)
      prints.push(consoleFingerprint(project.folder))
    }
    expect(new Set(prints).size).toBe(5)
    project.write('clients/web/dist/index.html', 'built').write('clients/web/node_modules/x.js', 'installed')
    expect(consoleFingerprint(project.folder)).toBe(prints[4])
    expect(hasConsole(project.folder)).toBe(false)
    project.write('clients/web/dist/.built-of', consoleFingerprint(project.folder))
    expect(hasConsole(project.folder)).toBe(true)
  })

  it('is nothing where there are no sources', () => {
    using project = new TemporaryProject()
    expect(hasConsole(project.folder)).toBe(true)
  })
})

/** A clone whose PATH has what a test puts there: no browser, a fake apt-get. */
class BrowserProject extends BootstrapProject {
  constructor() {
    super()
    this.write('scripts/test.ts', 'console.log(`told ${process.argv.slice(2).join(" ")}.`)\n')
  }

  program(name: string, text: string): this {
    this.write(`bin/${name}`, text)
    chmodSync(join(this.folder, 'bin', name), 0o755)
    return this
  }

  async test(env: Readonly<Record<string, string>>): Promise<string> {
    const running = this.start(['test'], { PATH: join(this.folder, 'bin'), ...env })
    await running.until(/^told .*\.$/m, 20_000)
    await running.stop()
    return running.output()
  }
}

/** Brings a browser into the folder where it lies itself. */
const fakeApt = `#!${process.execPath}
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
appendFileSync(join(import.meta.dirname, 'apt-calls'), process.argv.slice(2).join(' ') + '\\n')
if (process.env.FAKE_APT_FAILS !== undefined) process.exit(100)
if (process.argv[2] === 'install') writeFileSync(join(import.meta.dirname, 'chromium'), '', { mode: 0o755 })
`

const isRoot = process.getuid?.() === 0

describe('the browser of the tests', () => {
  it('is missed with a reason where nothing can bring it', { timeout: 60_000 }, async () => {
    using project = new BrowserProject()
    expect(await project.test({})).toMatch(/told .*--missing=browser: There is no Chromium or Chrome: install one/)
  })

  it('is used as it is, under any of its names', { timeout: 60_000 }, async () => {
    for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
      using project = new BrowserProject().program(name, '').program('apt-get', fakeApt)
      expect(await project.test({})).not.toContain('missing=browser')
      expect(existsSync(join(project.folder, 'bin/apt-calls'))).toBe(false)
    }
  })

  it.runIf(isRoot)('is installed from Debian by root, once', { timeout: 60_000 }, async () => {
    using project = new BrowserProject().program('apt-get', fakeApt)
    expect(await project.test({})).toContain('Installed Chromium')
    expect(await project.test({})).not.toContain('Chromium')
    const calls = readFileSync(join(project.folder, 'bin/apt-calls'), 'utf8').trim().split('\n')
    expect(calls).toEqual(['update -qq', 'install -qq -y --no-install-recommends chromium'])
  })

  it.runIf(isRoot)('is missed with a reason when apt-get fails', { timeout: 60_000 }, async () => {
    using project = new BrowserProject().program('apt-get', fakeApt)
    expect(await project.test({ FAKE_APT_FAILS: '1' })).toContain('--missing=browser: Chromium could not be installed')
  })
})
