import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { abortable } from '../../../services/common/lifecycle/abortable.ts'

it('a wait that is given up leaves no rejection unhandled, whether the signal came before or after', async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))
  const ended = new AbortController()
  const late = Promise.withResolvers<never>()
  const waiting = abortable(late.promise, ended.signal)
  ended.abort(new Error('given up'))
  await expect(waiting).rejects.toThrow('given up')
  await expect(abortable(Promise.reject(new Error('lost')), ended.signal)).rejects.toThrow('given up')
  late.reject(new Error('late'))
  await nextTurn()
  await nextTurn()
  expect(unhandled).toEqual([])
})
