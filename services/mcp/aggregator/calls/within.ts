/** What `go` comes to; when that takes longer than `ms`, its signal aborts with `late`, else with what `signal` aborts with. */
export async function within<Value>(
  ms: number,
  late: () => Error,
  signal: AbortSignal,
  go: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(late()), ms)
  try {
    return await go(AbortSignal.any([signal, deadline.signal]))
  } finally {
    clearTimeout(timer)
  }
}
