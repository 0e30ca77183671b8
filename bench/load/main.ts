// The load process: gets a `LoadJob` over its IPC channel, answers with a `LoadMessage`, ends with the channel.
import { createClock } from '../clock.ts'
import { openSession } from './hearth-client.ts'
import type { LoadJob, LoadMessage, LoadReport } from './load-job.ts'
import { inGroups, runAnswers } from './run-answers.ts'

const clock = createClock()
const openAtOnce = 32

const tell = (message: LoadMessage): void => {
  process.send?.(message)
}

async function run(job: LoadJob): Promise<LoadReport> {
  if (job.type === 'answers') return runAnswers(job, clock)
  const sockets = await inGroups(job.sockets, openAtOnce, () => openSession(job.target))
  return { type: 'idle', opened: sockets.length }
}

process.on('message', (job: LoadJob) => {
  run(job).then(
    (report) => tell({ type: 'report', report }),
    (error: unknown) => tell({ type: 'broken', reason: error instanceof Error ? error.message : String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
tell({ type: 'ready' })
