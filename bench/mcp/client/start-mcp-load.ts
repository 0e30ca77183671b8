import { join } from 'node:path'
import { startBenchProcess, untilReady } from '../../measure/bench-process.ts'
import { type McpJob, type McpReport, measuringLine, reportLine } from './job.ts'

const program = join(import.meta.dirname, 'main.ts')
const warmUpMs = 180_000
const jobMs = 300_000

export interface McpLoad extends AsyncDisposable {
  /** Rejects when the job could not be done. */
  report(): Promise<McpReport>
}

/** Starts the load client; resolves when it is warm and is about to measure. The caller disposes of it. */
export async function startMcpLoad(job: McpJob, core: number | undefined, signal: AbortSignal): Promise<McpLoad> {
  const running = await startBenchProcess({ command: process.execPath, args: [program, JSON.stringify(job)], core })
  const lineWith = (start: string): string | undefined =>
    running
      .output()
      .split('\n')
      .slice(0, -1)
      .find((line) => line.startsWith(start))
  try {
    await untilReady(running, () => lineWith(measuringLine) ?? lineWith(reportLine), warmUpMs, signal)
  } catch (error) {
    await running[Symbol.asyncDispose]()
    throw error
  }
  return {
    report: async () => {
      const line = await untilReady(running, () => lineWith(reportLine), jobMs, signal)
      return JSON.parse(line.slice(reportLine.length))
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}
