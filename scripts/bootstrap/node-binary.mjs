import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The Node 24 that npm installed with the project; where it has none for this system, the one we run under.
 * @param {string} root
 * @returns {string}
 */
export function nodeBinary(root) {
  const own = join(root, 'node_modules', '.bin', 'node')
  if (bringsOwnNode() && existsSync(own)) return own
  const oldest = oldestNode(root)
  if (isNewEnough(process.versions.node, oldest)) return process.execPath
  throw new Error(
    `Hearth needs Node ${oldest} or newer and brings it only on Linux x64 and arm64. ` +
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

/** `engines.node` of package.json is `>=` and a version. @param {string} root */
function oldestNode(root) {
  /** @type {{ engines: { node: string } }} */
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return engines.node.replace('>=', '')
}

/**
 * @param {string} version
 * @param {string} oldest
 */
function isNewEnough(version, oldest) {
  const have = version.split('.').map(Number)
  const need = oldest.split('.').map(Number)
  const place = need.findIndex((number, index) => number !== have[index])
  return place === -1 || (have[place] ?? 0) > (need[place] ?? 0)
}
