// Fails, naming each file, when a committed generated file is not what its source gives.
import { resolve } from 'node:path'
import { differingFiles } from './generate/differing-files.ts'
import { generatedFiles } from './generate/generated-files.ts'
import { generatedWireTypes } from './generate/generated-wire-types.ts'

const root = resolve(import.meta.dirname, '..')
const differing = [
  ...(await differingFiles(root, generatedFiles(), [])),
  ...(await differingFiles(root, await generatedWireTypes(root), ['proto/gen'])),
]
for (const { path, difference } of differing) console.error(`${path}: ${difference}`)
if (differing.length > 0) {
  console.error('Run `npm run gen` and commit what it writes.')
  process.exitCode = 1
}
