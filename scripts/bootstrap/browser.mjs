import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
/** apt-get must not be killed between unpacking and configuring. */
const patienceMs = 60_000

/**
 * The browser of this machine that tests can drive: a program on PATH.
 * @returns {string | undefined}
 */
export function findBrowser() {
  return names.map(findProgram).find((path) => path !== undefined)
}

/**
 * Debian's own package, by whoever may install packages; elsewhere a message that says what to do.
 * @param {string} root
 * @param {import('./runner.mjs').Runner} runner
 */
export async function installBrowser(root, runner) {
  const prefix = wayToInstall()
  console.error('Installing Chromium, which the tests of the page use (apt-get; a minute, once) …')
  const startedAt = performance.now()
  for (const args of [
    ['update', '-qq'],
    ['install', '-qq', '-y', '--no-install-recommends', 'chromium'],
  ]) {
    const [program = '', ...rest] = [...prefix, 'apt-get', ...args]
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    const code = await runner.run(program, rest, { cwd: root, env, quiet: true, patienceMs })
    runner.signal.throwIfAborted()
    if (code !== 0) throw new Error(`Chromium could not be installed: apt-get ended with code ${code}. Run it again.`)
  }
  if (findBrowser() === undefined) throw new Error('apt-get brought no Chromium: install Chromium or Chrome by hand.')
  console.error(`Installed Chromium in ${Math.round((performance.now() - startedAt) / 1000)} s.`)
}

/** What stands before `apt-get`. On a machine of a person nothing is installed by sudo. */
function wayToInstall() {
  const isRoot = process.getuid?.() === 0
  if (findProgram('apt-get') !== undefined) {
    if (isRoot) return []
    if (process.env['CI'] !== undefined && findProgram('sudo') !== undefined) return ['sudo', '-n']
  }
  throw new Error('There is no Chromium or Chrome: install one (Debian and Ubuntu: sudo apt-get install chromium).')
}

/** @param {string} name */
function findProgram(name) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
