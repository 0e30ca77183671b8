/**
 * Pulls batches until the stream ends, fails, or the signal aborts: then it rejects at once with the signal's reason,
 * even when the stream is slow to notice, and lets the stream clean up behind its back. One promise for all batches:
 * there may be one for every token.
 */
export function forEachBatch<Batch>(
  batches: AsyncIterable<Batch>,
  signal: AbortSignal,
  onBatch: (batch: Batch) => void,
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
      onBatch(result.value)
    } catch (error) {
      leave(error)
    }
    pull()
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
