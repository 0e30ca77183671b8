import { errorRow } from '../../common/errors/error-table.ts'
import type { HearthError } from '../../common/errors/hearth-error.ts'

/** How a connection ends. */
export interface Ending {
  readonly error: HearthError
  /** WebSocket close code. */
  readonly code: number
}

/** The close code of a failure that ends the connection, from the error table. */
export const endingOf = (error: HearthError): Ending => ({ error, code: errorRow(error.code).close })

/** RFC 6455 §5.5: a control frame carries 125 bytes, two of them the code. */
const reasonBytes = 123

/** `code: message`, cut to what a close frame holds. */
export function closeReason({ error }: Ending): string {
  const whole = Buffer.from(`${error.code}: ${error.message}`)
  if (whole.byteLength <= reasonBytes) return whole.toString()
  return whole
    .subarray(0, reasonBytes - 2)
    .toString()
    .replace(/\uFFFD+$/, '')
}
