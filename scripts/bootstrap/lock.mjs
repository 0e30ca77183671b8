import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const pollMs = 200
/** Until what a killed holder had started has noticed and ended. */
const orphansEndMs = 2500
/** Longer than breaking a lock can take. */
const breakerStaleMs = 10_000

/**
 * Runs `work` while no other process runs its own under the same lock file. A lock whose process is gone is broken.
 * @template T
 * @param {{ path: string, signal: AbortSignal, onWait: (pid: number) => void }} options `onWait` is called once
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock({ path, signal, onWait }, work) {
  let told = false
  while (!take(path)) {
    const holder = holderOf(path)
    if (holder === 'dead') {
      await sleep(orphansEndMs, undefined, { signal })
      breakDead(path)
    } else if (holder !== 'none') {
      if (!told) onWait(holder)
      told = true
      await sleep(pollMs, undefined, { signal })
    }
  }
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

/** A link appears with its content, so nobody ever reads a lock without a pid. @param {string} path */
function take(path) {
  const mine = `${path}.${process.pid}`
  writeFileSync(mine, String(process.pid))
  try {
    linkSync(mine, path)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  } finally {
    rmSync(mine, { force: true })
  }
}

/**
 * The living holder's pid.
 * @param {string} path
 * @returns {number | 'dead' | 'none'}
 */
function holderOf(path) {
  const text = readOr(path, undefined)
  if (text === undefined) return 'none'
  return isOurs(Number(text)) ? Number(text) : 'dead'
}

/** Only the holder of a second lock may remove the first, or two waiters could remove each other's. @param {string} path */
function breakDead(path) {
  const breaker = `${path}.break`
  if (!take(breaker)) {
    if (ageMs(breaker) > breakerStaleMs) rmSync(breaker, { force: true })
    return
  }
  if (holderOf(path) === 'dead') rmSync(path, { force: true })
  rmSync(breaker, { force: true })
}

/** A pid may have been given to another program since, after a power cut for instance. @param {number} pid */
function isOurs(pid) {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return isCode(error, 'EPERM')
  }
  const commandLine = readOr(`/proc/${pid}/cmdline`, undefined)
  return commandLine === undefined || /node|npm/.test(commandLine)
}

/**
 * @template T
 * @param {string} path
 * @param {T} fallback
 */
function readOr(path, fallback) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return fallback
  }
}

/** @param {string} path */
function ageMs(path) {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function isCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code
}
