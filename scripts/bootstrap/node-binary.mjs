import { existsSync } from 'node:fs'
import { join } from 'node:path'

const oldest = [24, 18, 1]

/**
 * The Node 24 that npm installed with the project; where it has none for this system, the one we run under.
 * @param {string} root
 * @returns {string}
 */
export function nodeBinary(root) {
  const own = join(root, 'node_modules', '.bin', 'node')
  if (bringsOwnNode() && existsSync(own)) return own
  if (isNewEnough(process.versions.node)) return process.execPath
  throw new Error(
    `Hearth needs Node ${oldest.join('.')} or newer and brings it only on Linux x64 and arm64. ` +
      `This is Node ${process.versions.node} on ${process.platform} ${process.arch}: install Node 24, then run this again.`,
  )
}

/** Can this system run Hearth at all, once its packages are installed? Throws if not. @param {string} root */
export function assertRunnable(root) {
  if (!bringsOwnNode()) nodeBinary(root)
}

function bringsOwnNode() {
  return process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)
}

/** @param {string} version */
function isNewEnough(version) {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0, oldestPatch = 0] = oldest
  if (major !== oldestMajor) return major > oldestMajor
  return minor !== oldestMinor ? minor > oldestMinor : patch >= oldestPatch
}
