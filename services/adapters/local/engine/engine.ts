import type { EngineCommand, EngineJob, EngineMessage, LoadCommand } from '../wire-schema.ts'
import { answer, toFailure } from './answer.ts'
import { type LoadedModel, loadModel } from './loaded-model.ts'
import { Outbox } from './outbox.ts'
import { SequencePool } from './sequence-pool.ts'

type Send = (message: EngineMessage) => void

export interface Engine {
  handle(command: EngineCommand): void
}

/** One model, its sequences, and the jobs on them. Never throws: what goes wrong is sent as `unloadable` or `failed`. */
export function createEngine(send: Send): Engine {
  const outbox = new Outbox(send)
  const cancels = new Map<number, AbortController>()
  let host: { readonly model: LoadedModel; readonly pool: SequencePool } | undefined

  const load = async (command: LoadCommand) => {
    send({ type: 'progress', progress: 0 })
    try {
      const model = await loadModel(command, (progress) => send({ type: 'progress', progress }))
      host = { model, pool: new SequencePool(model.sequences, command.queueLimit) }
      send({ type: 'loaded', contextTokens: model.contextTokens })
    } catch (error) {
      console.error(error)
      send({ type: 'unloadable', reason: error instanceof Error ? error.message : String(error) })
    }
  }

  const generate = async (jobId: number, job: EngineJob) => {
    const cancel = new AbortController()
    cancels.set(jobId, cancel)
    try {
      if (host === undefined) throw new Error('generate before loaded')
      const { model, pool } = host
      const held = pool.take(cancel.signal)
      send({ type: 'accepted', jobId, waiting: pool.waiting })
      using sequence = await held
      const result = await answer({
        model,
        sequence: sequence.value,
        job,
        emit: (event) => outbox.add(jobId, event),
        signal: cancel.signal,
      })
      outbox.flush()
      send({ type: 'done', jobId, ...result })
    } catch (error) {
      outbox.flush()
      if (!cancel.signal.aborted) send({ type: 'failed', jobId, ...toFailure(error) })
    } finally {
      cancels.delete(jobId)
    }
  }

  return {
    handle: (command) => {
      switch (command.type) {
        case 'load':
          void load(command)
          return
        case 'generate':
          void generate(command.jobId, command.job)
          return
        case 'cancel':
          cancels.get(command.jobId)?.abort()
          return
      }
    },
  }
}
