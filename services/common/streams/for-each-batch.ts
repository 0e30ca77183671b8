/**
 * Pulls batches until the stream ends, fails, or the signal aborts: then it rejects at once with the signal's reason,
 * even when the stream is slow to notice, and lets the stream clean up behind its back. What `onBatch` returns is waited
 * for before the next batch. One promise for all batches: there may be one for every token.
 */
export function forEachBatch<Batch>(
  batches: AsyncIterable<Batch>,
  signal: AbortSignal,
  onBatch: (batch: Batch) => Promise<void> | undefined,
): Promise<void> {
  const iterator = batches[Symbol.asyncIterator]()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let isOver = false
  const end = (tell: () => void): void => {
    if (isOver) return
    isOver = true
    signal.removeEventListener('abort', onAbort)
    tell()
  }
  const leave = (reason: unknown): void =>
    end(() => {
      iterator.return?.().catch(() => undefined)
      reject(reason)
    })
  const onAbort = (): void => leave(signal.reason)
  const onFailure = (error: unknown): void => end(() => reject(error))
  const onResult = (result: IteratorResult<Batch>): void => {
    if (isOver) return
    if (result.done === true) {
      end(resolve)
      return
    }
    try {
      const busy = onBatch(result.value)
      if (busy === undefined) pull()
      else busy.then(pull, leave)
    } catch (error) {
      leave(error)
    }
  }
  const pull = (): void => {
    if (isOver) return
    try {
      iterator.next().then(onResult, onFailure)
    } catch (error) {
      onFailure(error)
    }
  }
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  else pull()
  return promise
}
