import { binaryKinds, decodeBinaryFrame } from '../../common/contracts/protocol/binary-frame.ts'
import { HearthError, toHearthError } from '../../common/errors/hearth-error.ts'
import { unsupported } from './decode-frame.ts'

/** Why a client's binary frame is refused: uploads are not served yet, nothing else comes from clients. */
export function refuseBinaryFrame(frame: Uint8Array): HearthError {
  try {
    const { header } = decodeBinaryFrame(frame)
    if (header.kind === binaryKinds.upload) return unsupported('Uploads in binary frames are not served yet.', 'kind')
    return new HearthError('caller_invalid_request', 'Clients send only binary frames of kind 4.', {
      details: { param: 'kind' },
    })
  } catch (error) {
    return toHearthError(error)
  }
}
