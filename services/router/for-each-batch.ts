/**
 * Pulls batches until the stream ends, fails, or the signal aborts: then it rejects at once with the signal's reason,
 * even when the stream is slow to notice, and lets the stream clean up behind its back.
 */
export async function forEachBatch<Batch>(
  batches: AsyncIterable<Batch>,
  signal: AbortSignal,
  onBatch: (batch: Batch) => void,
): Promise<void> {
  const iterator = batches[Symbol.asyncIterator]()
  let giveUp: (reason: unknown) => void = () => undefined
  const onAbort = () => giveUp(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  let isExhausted = false
  try {
    for (;;) {
      signal.throwIfAborted()
      const result = await new Promise<IteratorResult<Batch>>((resolve, reject) => {
        giveUp = reject
        iterator.next().then(resolve, (error) => {
          isExhausted = true
          reject(error)
        })
      })
      if (result.done === true) {
        isExhausted = true
        return
      }
      onBatch(result.value)
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    if (!isExhausted) iterator.return?.().catch(() => undefined)
  }
}
