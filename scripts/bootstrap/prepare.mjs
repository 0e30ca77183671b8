import { join } from 'node:path'
import { findBrowser, installBrowser } from './browser.mjs'
import { buildConsole, hasConsole } from './console.mjs'
import { install, isInstalled } from './install.mjs'
import { withLock } from './lock.mjs'
import { fetchModel } from './model.mjs'
import { hasModel } from './model-receipt.mjs'
import { assertRunnable } from './node-binary.mjs'
import { hasPythonClient, installPythonClient } from './python-client.mjs'

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {() => boolean} isReady
 * @property {() => Promise<void>} bring rejects with a message that says what to do
 * @property {boolean} isRequired
 */

/**
 * Brings what the plan needs and is not there; asks nobody when everything is. What is said goes to stderr.
 * Returns why each part that Hearth can do without is missing; rejects when one that it needs is.
 * @param {{ root: string, plan: import('./plan.mjs').Plan, runner: import('./runner.mjs').Runner }} options
 * @returns {Promise<readonly string[]>}
 */
export async function prepare({ root, plan, runner }) {
  assertRunnable(root)
  const parts = partsOf(root, plan, runner)
  if (parts.every(({ isReady }) => isReady())) return []
  const path = join(root, '.bootstrap.lock')
  const onWait = (/** @type {number} */ pid) =>
    console.error(`Waiting for process ${pid}, which installs here at this moment (if it does not: delete ${path}).`)
  return withLock({ path, signal: runner.signal, onWait }, () => bringAll(parts, runner.signal))
}

/**
 * @param {string} root
 * @param {import('./plan.mjs').Plan} plan
 * @param {import('./runner.mjs').Runner} runner
 * @returns {readonly Part[]}
 */
function partsOf(root, plan, runner) {
  const engine = join(root, 'services', 'adapters', 'local', 'engine')
  return [
    {
      name: 'packages',
      isRequired: true,
      isReady: () => isInstalled(root),
      bring: () => install(root, 'packages of Hearth, with their own Node 24', runner),
    },
    {
      name: 'page',
      isRequired: false,
      isReady: () => !plan.needsConsole || hasConsole(root),
      bring: () => buildConsole(root, runner),
    },
    {
      name: 'embedded engine',
      isRequired: false,
      isReady: () => !plan.needsEngine || isInstalled(engine),
      bring: () => install(engine, 'engine of the embedded model', runner),
    },
    {
      name: 'embedded model',
      isRequired: false,
      isReady: () => !plan.needsModel || hasModel(root),
      bring: () => fetchModel(root, runner),
    },
    {
      name: 'Python client',
      isRequired: false,
      isReady: () => !plan.needsPython || hasPythonClient(root),
      bring: () => installPythonClient(root, runner),
    },
    {
      name: 'browser',
      isRequired: false,
      isReady: () => !plan.needsBrowser || findBrowser() !== undefined,
      bring: () => installBrowser(root, runner),
    },
  ]
}

/**
 * @param {readonly Part[]} parts
 * @param {AbortSignal} signal
 */
async function bringAll(parts, signal) {
  /** @type {string[]} */
  const missing = []
  for (const part of parts) {
    // Another process may have brought it while we waited for the lock.
    const problem = part.isReady() ? undefined : await bring(part, signal)
    if (problem !== undefined) missing.push(`${part.name}: ${problem}`)
  }
  return missing
}

/**
 * Why the part is missing; undefined when it is there now.
 * @param {Part} part
 * @param {AbortSignal} signal
 */
async function bring(part, signal) {
  try {
    await part.bring()
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    if (part.isRequired) throw error
    const problem = error instanceof Error ? error.message : String(error)
    console.error(problem)
    return problem
  }
}
