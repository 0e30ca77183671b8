import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

export interface BenchProcessOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** The only core it may run on; undefined: any. */
  readonly core: number | undefined
  /** Opens an IPC channel. */
  readonly ipc?: boolean
}

/** A process of the bench, in the environment of this one without what configures Hearth or a vendor. */
export interface BenchProcess extends AsyncDisposable {
  readonly pid: number
  readonly child: ChildProcess
  /** The last of what it printed. */
  output(): string
}

const keptOutput = 20_000
const stopMs = 3000

/** The caller disposes of it. @throws Error when the program is not there. */
export async function startBenchProcess(options: BenchProcessOptions): Promise<BenchProcess> {
  const pinned = options.core === undefined ? [] : ['taskset', '-c', String(options.core)]
  const [command = '', ...args] = [...pinned, options.command, ...options.args]
  const child = spawn(command, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    // Programs of the bench end with their standard input.
    stdio: ['pipe', 'pipe', 'pipe', ...(options.ipc === true ? (['ipc'] as const) : [])],
    env: { ...plainEnvironment(), ...options.env },
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (bytes: Buffer) => {
      printed = (printed + bytes.toString()).slice(-keptOutput)
    })
  }
  await once(child, 'spawn')
  return {
    pid: child.pid ?? 0,
    child,
    output: () => printed,
    [Symbol.asyncDispose]: () => stop(child),
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs)
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
  clearTimeout(timer)
}

function plainEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(HEARTH_|OPENAI_|ANTHROPIC_|VITEST|NODE_)/.test(name))
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']))
}

/** The error it names, else its last lines; short, as some programs print their whole source. */
function endOf(output: string): string {
  const lines = output
    .trim()
    .split('\n')
    .map((line) => line.trim().slice(0, 200))
  const error = lines.find((line) => /^\S*Error\b/.test(line))
  return error ?? lines.slice(-3).join(' / ')
}

const pollMs = 20

/**
 * Asks again and again until `probe` gives something.
 * @throws Error with what the process printed, when it ends or `timeoutMs` pass.
 */
export async function untilReady<Found>(
  program: BenchProcess,
  probe: () => Promise<Found | undefined> | Found | undefined,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Found> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const found = await probe()
    if (found !== undefined) return found
    signal.throwIfAborted()
    if (hasEnded(program.child)) throw new Error(`It ended at its start: ${endOf(program.output())}`)
    if (performance.now() > deadline) throw new Error(`It was not ready in ${timeoutMs} ms: ${endOf(program.output())}`)
    await sleep(pollMs, undefined, { signal })
  }
}
