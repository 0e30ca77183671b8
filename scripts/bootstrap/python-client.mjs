import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const python = 'python3'
const stillThereMs = 15_000
/** To remove what came so far. */
const patienceMs = 2000
/** Where the packages lie; Python finds them by PYTHONPATH. @param {string} root */
export const pythonPackagesOf = (root) => join(root, 'node_modules', '.hearth-python')

/**
 * Are the Python packages of the tests there, for the Python of this machine? Asks nobody but that Python.
 * @param {string} root
 */
export function hasPythonClient(root) {
  const requirements = requirementsOf(root)
  if (!existsSync(requirements)) return true
  const receipt = join(pythonPackagesOf(root), 'receipt')
  return existsSync(receipt) && readFileSync(receipt, 'utf8') === fingerprint(requirements)
}

/**
 * Installs them with pip, each checked by its hash. The folder appears whole or not at all.
 * @param {string} root
 * @param {import('./runner.mjs').Runner} runner
 */
export async function installPythonClient(root, runner) {
  const requirements = requirementsOf(root)
  const wanted = fingerprint(requirements)
  if (wanted === undefined) throw new Error(`There is no ${python}: install Python 3.10 or newer, with pip.`)
  console.error(
    'Installing what the tests use of Python: the clients of OpenAI and MCP, MCP servers (pip; half a minute, once) …',
  )
  const startedAt = performance.now()
  const seconds = () => Math.round((performance.now() - startedAt) / 1000)
  const target = pythonPackagesOf(root)
  const half = `${target}.${process.pid}`
  const timer = setInterval(() => console.error(`… still installing with pip, ${seconds()} s`), stillThereMs)
  try {
    const args = ['-m', 'pip', 'install', ...options, '--target', half, '-r', requirements]
    const code = await runner.run(python, args, { cwd: root, quiet: true, patienceMs })
    runner.signal.throwIfAborted()
    if (code !== 0)
      throw new Error(`The Python packages could not be installed: pip ended with code ${code}. Run it again.`)
    writeFileSync(join(half, 'receipt'), wanted)
    rmSync(target, { recursive: true, force: true })
    renameSync(half, target)
  } finally {
    clearInterval(timer)
    rmSync(half, { recursive: true, force: true })
  }
  console.error(`Installed the Python clients and servers in ${seconds()} s.`)
}

const options = [
  '--quiet',
  '--no-deps',
  '--require-hashes',
  '--only-binary',
  ':all:',
  '--disable-pip-version-check',
  '--no-input',
  '--root-user-action',
  'ignore',
  '--retries',
  '2',
  '--timeout',
  '30',
]

/** @param {string} root */
function requirementsOf(root) {
  return join(root, 'tests', 'clients', 'python', 'requirements.txt')
}

/**
 * What is wanted, and of which Python: compiled packages fit one version of it. Undefined without a Python.
 * @param {string} requirements
 */
function fingerprint(requirements) {
  const { status, stdout } = spawnSync(python, ['-c', 'import sys; print(sys.version)'], { encoding: 'utf8' })
  if (status !== 0) return undefined
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  return `${hash} ${process.platform} ${process.arch} ${stdout.trim()}\n`
}
