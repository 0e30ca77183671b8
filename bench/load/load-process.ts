import { once } from 'node:events'
import { join } from 'node:path'
import { type BenchProcess, startBenchProcess } from '../measure/bench-process.ts'
import type { AnswersJob, AnswersReport, HearthTarget, LoadJob, LoadMessage, LoadReport } from './load-job.ts'

const program = join(import.meta.dirname, 'main.ts')

/** The load client, in a process of its own, so that it warms up once for all that it measures. */
export interface LoadProcess extends AsyncDisposable {
  /** Rejects when connections cannot be opened, and when the signal is aborted. */
  ask(job: Omit<AnswersJob, 'type'>, signal: AbortSignal): Promise<AnswersReport>
  /** Opens authenticated sockets and keeps them until the process ends; resolves with how many there are. */
  openIdle(target: HearthTarget, sockets: number, signal: AbortSignal): Promise<number>
}

export async function startLoad(core: number | undefined, signal: AbortSignal): Promise<LoadProcess> {
  const running = await startBenchProcess({ command: process.execPath, args: [program], core, ipc: true })
  await nextMessage(running, signal)
  const run = async (job: LoadJob, jobSignal: AbortSignal): Promise<LoadReport> => {
    await new Promise<void>((resolve, reject) => {
      running.child.send(job, (error) => (error === null ? resolve() : reject(error)))
    })
    const message = await nextMessage(running, jobSignal)
    if (message.type === 'broken') throw new Error(message.reason)
    if (message.type === 'ready') throw new Error('The load process was ready twice.')
    return message.report
  }
  return {
    ask: async (job, jobSignal) => {
      const report = await run({ type: 'answers', ...job }, jobSignal)
      if (report.type !== 'answers') throw new Error('The load process reported on another job.')
      return report
    },
    openIdle: async (target, sockets, jobSignal) => {
      const report = await run({ type: 'idle', target, sockets }, jobSignal)
      if (report.type !== 'idle') throw new Error('The load process reported on another job.')
      return report.opened
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}

async function nextMessage({ child, output }: BenchProcess, signal: AbortSignal): Promise<LoadMessage> {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const ended = once(child, 'exit', { signal: either }).then(() => {
    throw new Error(`The load process ended: ${output()}`)
  })
  try {
    const [message]: [LoadMessage] = (await Promise.race([once(child, 'message', { signal: either }), ended])) as [
      LoadMessage,
    ]
    return message
  } finally {
    stop.abort()
    await ended.catch(() => undefined)
  }
}
