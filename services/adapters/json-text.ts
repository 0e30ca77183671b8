import { streamError } from './vendor-failure.ts'

/** The JSON text of a value that came as JSON. @throws HearthError `provider_stream_error` when it nests too deep to be written. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    if (cause instanceof RangeError) throw streamError('The vendor sent arguments that nest too deep')
    throw cause
  }
}
