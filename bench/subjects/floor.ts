import { join } from 'node:path'
import type { HttpTarget } from '../load/load-job.ts'
import { startBenchProcess, untilReady } from '../measure/bench-process.ts'
import type { Subject } from './subject.ts'

const program = join(import.meta.dirname, '..', 'pipe.ts')

const targetAt = (url: string): HttpTarget => ({ type: 'http', wire: 'openai', url, headers: {}, model: 'bench' })

/** Nothing between client and upstream. */
export const direct: Subject = {
  name: 'direct',
  title: 'direct',
  description: 'the load client asks the upstream itself; Chat Completions',
  tokensUnpaced: 2000,
  unavailable: () => undefined,
  start: ({ upstream }) =>
    Promise.resolve({ pid: undefined, target: targetAt(upstream), [Symbol.asyncDispose]: () => Promise.resolve() }),
}

/** A proxy in Node that looks at nothing. */
export const pipe: Subject = {
  name: 'pipe',
  title: 'raw Node pipe',
  description: 'bench/pipe.ts: a proxy of `node:http` that passes bytes on and looks at none',
  tokensUnpaced: 2000,
  unavailable: () => undefined,
  start: async ({ upstream, core, signal }) => {
    const running = await startBenchProcess({ command: process.execPath, args: [program, upstream], core })
    const url = await untilReady(running, () => addressIn(running.output()), 10_000, signal)
    return { pid: running.pid, target: targetAt(url), [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() }
  },
}

/** The address that a program of the bench prints as its first line. */
export const addressIn = (output: string): string | undefined => /^(http:\S+)\n/.exec(output)?.[1]
