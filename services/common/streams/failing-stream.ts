import type { HearthError } from '../errors/hearth-error.ts'

/** A stream that only fails: when it is read, not when it is asked for, as one behind gRPC does. */
// biome-ignore lint/correctness/useYield: it is a stream that only fails
export async function* failingStream(error: HearthError): AsyncGenerator<never, void> {
  throw error
}
