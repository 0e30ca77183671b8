/**
 * Reads microseconds of the system's monotonic clock, the same for all processes of this machine. Cheaper than
 * `process.hrtime()` per call.
 */
export function createClock(): () => number {
  const [seconds, nanoseconds] = process.hrtime()
  const originUs = seconds * 1e6 + nanoseconds / 1e3 - performance.now() * 1e3
  return () => performance.now() * 1e3 + originUs
}
