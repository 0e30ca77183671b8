import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

export type Encoding = 'br' | 'gzip' | 'identity'

/** One file of the built page, with the bytes of every encoding that the build left beside it. */
export interface ConsoleFile {
  /** Path of its URL, such as `/` or `/assets/index-3fb1.js`. */
  readonly path: string
  readonly mediaType: string
  /** Names its content, without the encoding. */
  readonly hash: string
  /** Its name changes with its content. */
  readonly isImmutable: boolean
  readonly bodies: Readonly<Record<'identity', Buffer>> & Readonly<Partial<Record<Encoding, Buffer>>>
}

const startPage = 'index.html'

const suffixes = { br: '.br', gzip: '.gz' } as const

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

/**
 * Everything of the built page, read into memory once: no request ever names a file. Empty when the page is not built.
 * Hidden files are the build's own.
 */
export async function readConsoleFiles(folder: string): Promise<readonly ConsoleFile[]> {
  const names = await listFiles(folder)
  if (!names.includes(startPage)) return []
  const served = names.filter((name) => !isBesides(name) && !/(^|\/)\./.test(name))
  return Promise.all(served.map((name) => readConsoleFile(folder, name, names)))
}

async function listFiles(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
      .map((path) => path.replaceAll('\\', '/'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

const isBesides = (name: string): boolean => Object.values(suffixes).some((suffix) => name.endsWith(suffix))

async function readConsoleFile(folder: string, name: string, names: readonly string[]): Promise<ConsoleFile> {
  const read = (encoding: keyof typeof suffixes): Promise<Buffer> | undefined => {
    const encoded = `${name}${suffixes[encoding]}`
    return names.includes(encoded) ? readFile(join(folder, encoded)) : undefined
  }
  const [identity, br, gzip] = await Promise.all([readFile(join(folder, name)), read('br'), read('gzip')])
  return {
    path: name === startPage ? '/' : `/${name}`,
    mediaType: mediaTypes[extname(name)] ?? 'application/octet-stream',
    hash: createHash('sha256').update(identity).digest('base64url').slice(0, 22),
    isImmutable: name.startsWith('assets/'),
    bodies: { identity, ...(br === undefined ? {} : { br }), ...(gzip === undefined ? {} : { gzip }) },
  }
}
