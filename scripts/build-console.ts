// `npm run build`: builds the page (clients/web) with vite, leaves every text of it compressed too, and takes the place of
// the build before in one step. Bootstrap runs it when the page is missing or its sources have changed.
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build } from 'vite'
import { consoleFingerprint, consoleFolderOf, consoleReceiptOf } from './bootstrap/console.mjs'

const root = resolve(import.meta.dirname, '..')
const compressed = new Set(['.html', '.js', '.css', '.json', '.svg', '.txt', '.webmanifest'])
/** Below this an encoding costs more than it saves. */
const leastBytes = 256

const brotliAsync = promisify(brotliCompress)
const gzipAsync = promisify(gzip)

async function buildConsole(): Promise<void> {
  console.log('Building the page (vite; some seconds, once) …')
  const startedAt = performance.now()
  // Before the build reads them: what changes meanwhile is built again next time.
  const fingerprint = consoleFingerprint(root)
  const target = consoleFolderOf(root)
  const half = `${target}.${process.pid}`
  // Whoever builds with another one set (tests do) would get the slower libraries that warn.
  process.env['NODE_ENV'] = 'production'
  try {
    await build({
      configFile: join(root, 'clients/web/vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: half, emptyOutDir: true },
    })
    const sizes = await compressFolder(half)
    await writeFile(consoleReceiptOf(half), fingerprint)
    await replaceFolder(target, half)
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    const kilobytes = Math.round(sizes.reduce((sum, bytes) => sum + bytes, 0) / 1024)
    console.log(`Built the page in ${seconds} s: ${sizes.length} files, ${kilobytes} KiB compressed.`)
  } finally {
    await rm(half, { recursive: true, force: true })
  }
}

/** A server that starts meanwhile finds the one or the other, but for the moment between two renames. */
async function replaceFolder(target: string, by: string): Promise<void> {
  const old = `${by}.old`
  await rename(target, old).catch(ignoreMissing)
  await rename(by, target)
  await rm(old, { recursive: true, force: true })
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

/** Leaves `.br` and `.gz` beside every file that gets smaller by it; how many bytes of each will travel. */
async function compressFolder(folder: string): Promise<readonly number[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return Promise.all(files.map(compressFile))
}

async function compressFile(file: string): Promise<number> {
  if (!compressed.has(extname(file))) return (await stat(file)).size
  const bytes = await readFile(file)
  if (bytes.byteLength < leastBytes) return bytes.byteLength
  const [br, gz] = await Promise.all([
    brotliAsync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
      },
    }),
    gzipAsync(bytes, { level: 9 }),
  ])
  await Promise.all([writeFile(`${file}.br`, br), writeFile(`${file}.gz`, gz)])
  return br.byteLength
}

await buildConsole()
