import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { generatedFiles } from './generate/generated-files.ts'

const root = resolve(import.meta.dirname, '..')

for (const { path, text } of generatedFiles()) {
  const file = resolve(root, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  console.log(`wrote ${path}`)
}
