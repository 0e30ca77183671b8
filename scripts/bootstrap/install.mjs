import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** @typedef {{ version?: string, link?: boolean, optional?: boolean }} LockedPackage */

const stillThereMs = 15_000
/** npm heeds a signal only between two steps, of which unpacking is one and takes half a minute. */
const patienceMs = 2000
const tether = new URL('./tether.mjs', import.meta.url).href

/**
 * Does node_modules hold what the lockfile of `folder` says, for this system?
 * @param {string} folder
 */
export function isInstalled(folder) {
  const wanted = fingerprint(folder)
  if (readText(stampOf(folder)) === wanted) return true
  if (!fitsLockfile(folder)) return false
  writeFileSync(stampOf(folder), wanted)
  return true
}

/**
 * `npm ci` in `folder`. The stamp goes first and comes last, so that an interrupted install is repaired by the next.
 * @param {string} folder
 * @param {string} what for the line that is said
 * @param {import('./runner.mjs').Runner} runner
 */
export async function install(folder, what, runner) {
  console.error(`Installing the ${what} (npm ci in ${folder}; a minute, once) …`)
  const startedAt = performance.now()
  const seconds = () => Math.round((performance.now() - startedAt) / 1000)
  const wanted = fingerprint(folder)
  rmSync(stampOf(folder), { force: true })
  rmSync(hiddenLockfileOf(folder), { force: true })
  const timer = setInterval(() => console.error(`… still installing the ${what}, ${seconds()} s`), stillThereMs)
  try {
    const code = await npmCi(folder, runner)
    runner.signal.throwIfAborted()
    if (code !== 0) throw new Error(`The ${what} could not be installed: npm ci ended with code ${code}. Run it again.`)
  } finally {
    clearInterval(timer)
  }
  writeFileSync(stampOf(folder), wanted)
  console.error(`Installed the ${what} in ${seconds()} s.`)
}

/**
 * @param {string} folder
 * @param {import('./runner.mjs').Runner} runner
 */
function npmCi(folder, runner) {
  // Under Node 20 npm warns of every package that wants a newer one: only errors are shown.
  const args = ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.env['npm_execpath']
  const options = { cwd: folder, quiet: true, patienceMs }
  if (npm === undefined) return runner.run('npm', args, options)
  // The node that runs npm: ours may be inside the folder that is about to be emptied.
  const node = process.env['npm_node_execpath'] ?? process.execPath
  const env = { BOOTSTRAP_TETHER: 'SIGKILL' }
  return runner.run(node, ['--import', tether, npm, ...args], { ...options, env })
}

/** An install made by hand counts too: npm writes its hidden lockfile last. @param {string} folder */
function fitsLockfile(folder) {
  const installed = readPackages(hiddenLockfileOf(folder))
  const locked = readPackages(join(folder, 'package-lock.json'))
  if (installed === undefined || locked === undefined) return false
  return Object.entries(locked).every(
    ([path, { version, link, optional }]) =>
      path === '' ||
      (!path.includes('node_modules') && existsSync(join(folder, path))) ||
      (link === true && existsSync(join(folder, path))) ||
      (installed[path] === undefined && optional === true) ||
      (installed[path]?.version === version && existsSync(join(folder, path))),
  )
}

/**
 * @param {string} path
 * @returns {Readonly<Record<string, LockedPackage>> | undefined}
 */
function readPackages(path) {
  const text = readText(path)
  return text === undefined ? undefined : JSON.parse(text).packages
}

/** @param {string} folder */
function fingerprint(folder) {
  const lockfile = readText(join(folder, 'package-lock.json')) ?? ''
  return `${createHash('sha256').update(lockfile).digest('hex')} ${process.platform} ${process.arch}\n`
}

/** @param {string} folder */
function stampOf(folder) {
  return join(folder, 'node_modules', '.hearth-installed')
}

/** @param {string} folder */
function hiddenLockfileOf(folder) {
  return join(folder, 'node_modules', '.package-lock.json')
}

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
