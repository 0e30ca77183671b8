import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeBinary } from './node-binary.mjs'

/** Nothing that stays is written before the last moment. */
const patienceMs = 2000

/** The folder of the page's sources. @param {string} root */
const sourcesOf = (root) => join(root, 'clients', 'web')

/** Where the built page lies. @param {string} root */
export const consoleFolderOf = (root) => join(sourcesOf(root), 'dist')

/** Says of what the page was built; the last file that a build writes. @param {string} folder */
export const consoleReceiptOf = (folder) => join(folder, '.built-of')

/**
 * Is the page built, of the sources and packages of now? A tree without its sources has nothing to build.
 * @param {string} root
 */
export function hasConsole(root) {
  if (!existsSync(join(sourcesOf(root), 'index.html'))) return true
  const receipt = consoleReceiptOf(consoleFolderOf(root))
  return existsSync(receipt) && readFileSync(receipt, 'utf8') === consoleFingerprint(root)
}

/**
 * @param {string} root
 * @param {import('./runner.mjs').Runner} runner
 */
export async function buildConsole(root, runner) {
  const code = await runner.run(nodeBinary(root), ['scripts/build-console.ts'], { cwd: root, quiet: true, patienceMs })
  runner.signal.throwIfAborted()
  if (code !== 0) throw new Error('The page could not be built; the lines above say why. Build it with npm run build.')
}

/** Changes with every source, every locked package and the way of building. @param {string} root */
export function consoleFingerprint(root) {
  const sources = listFiles(sourcesOf(root)).map((path) => join('clients', 'web', path))
  const hash = createHash('sha256')
  for (const path of ['package-lock.json', 'scripts/build-console.ts', ...sources]) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0')
  }
  return `${hash.digest('hex')}\n`
}

/**
 * Sorted, without what was built or installed.
 * @param {string} folder
 * @returns {readonly string[]}
 */
function listFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('dist') && !name.startsWith('.') && name !== 'node_modules')
    .flatMap((entry) =>
      entry.isDirectory()
        ? listFiles(join(folder, entry.name)).map((path) => join(entry.name, path))
        : entry.isFile()
          ? [entry.name]
          : [],
    )
    .sort()
}
