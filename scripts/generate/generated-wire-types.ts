import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { filesUnder } from './differing-files.ts'
import type { GeneratedFile } from './generated-file.ts'

/** What `buf generate` makes of proto/ now; written to a temporary folder only. */
export async function generatedWireTypes(root: string): Promise<readonly GeneratedFile[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-wire-'))
  try {
    await promisify(execFile)('buf', ['generate', '--output', folder], { cwd: root })
    const paths = await filesUnder(folder, 'proto/gen')
    return await Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8') })))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
