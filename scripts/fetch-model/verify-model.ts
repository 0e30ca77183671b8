import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { PinnedModel } from './pinned-model.ts'

/** In the form of sha256sum, so that `sha256sum -c` can repeat it. */
const stampOf = (path: string, model: PinnedModel): string => `${model.sha256}  ${basename(path)}\n`

/** Has this file been found right, now or before? A right file without its stamp gets one. */
export async function isVerified(path: string, model: PinnedModel): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  if (found?.size !== model.bytes) return false
  const stamp = await readFile(`${path}.sha256`, 'utf8').catch(() => '')
  if (stamp === stampOf(path, model)) return true
  if ((await mismatch(path, model)) !== undefined) return false
  await markVerified(path, model)
  return true
}

export async function markVerified(path: string, model: PinnedModel): Promise<void> {
  await writeFile(`${path}.sha256.half`, stampOf(path, model))
  await rename(`${path}.sha256.half`, `${path}.sha256`)
}

/** How the file differs from the pinned one; undefined when all bytes are right. */
export async function mismatch(path: string, model: PinnedModel, signal?: AbortSignal): Promise<string | undefined> {
  const { size } = await stat(path)
  if (size !== model.bytes) return `${size} bytes instead of ${model.bytes}`
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, signal === undefined ? {} : { signal })) hash.update(chunk)
  const sha256 = hash.digest('hex')
  return sha256 === model.sha256 ? undefined : `SHA-256 ${sha256} instead of ${model.sha256}`
}
