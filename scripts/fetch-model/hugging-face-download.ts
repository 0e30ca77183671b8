// Run by hugging-face.ts, in a process that it can end: the library retries for minutes and heeds a signal late.
// Arguments: folder of the engine, `hf:` address, folder to write to, name of the file. Prints the share that has come,
// a line each, and at last `file PATH`.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'

interface Downloader {
  download(): Promise<string>
}
type CreateDownloader = (options: {
  readonly modelUri: string
  readonly dirPath: string
  readonly fileName: string
  readonly onProgress: (status: { readonly totalSize: number; readonly downloadedSize: number }) => void
}) => Promise<Downloader>

/** What is used of node-llama-cpp 3.22, whose types belong to its own package (createModelDownloader.d.ts). */
const library = z.object({
  createModelDownloader: z.custom<CreateDownloader>((value) => typeof value === 'function'),
})

const [engineFolder, modelUri, dirPath, fileName] = z
  .tuple([z.string(), z.string(), z.string(), z.string()])
  .parse(process.argv.slice(2))

const path = createRequire(join(engineFolder, 'package.json')).resolve('node-llama-cpp')
const loaded: unknown = await import(pathToFileURL(path).href)
const downloader = await library.parse(loaded).createModelDownloader({
  modelUri,
  dirPath,
  fileName,
  onProgress: ({ totalSize, downloadedSize }) => console.log(totalSize > 0 ? downloadedSize / totalSize : 0),
})
console.log(`file ${await downloader.download()}`)
