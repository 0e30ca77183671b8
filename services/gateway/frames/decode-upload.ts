import { type BinaryFrame, binaryKinds, decodeBinaryFrame } from '../../common/contracts/protocol/binary-frame.ts'
import { HearthError, toHearthError } from '../../common/errors/hearth-error.ts'

/** A chunk of an upload, or why a client's binary frame is none. Never throws. */
export function decodeUpload(frame: Uint8Array): BinaryFrame | HearthError {
  try {
    const decoded = decodeBinaryFrame(frame)
    if (decoded.header.kind !== binaryKinds.upload) return invalid('kind', 'Clients send only binary frames of kind 4.')
    if (decoded.header.streamNo !== 0) return invalid('stream_no', 'The stream_no of an upload is 0.')
    return decoded
  } catch (error) {
    return toHearthError(error)
  }
}

const invalid = (param: string, message: string): HearthError =>
  new HearthError('caller_invalid_request', message, { details: { param } })
