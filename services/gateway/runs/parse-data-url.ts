import { HearthError } from '../../common/errors/hearth-error.ts'

export interface InlineImage {
  readonly mediaType: string
  readonly bytes: Uint8Array
}

const pattern = /^data:(image\/(?:png|jpeg|webp|gif));base64,/
const base64 = /^[A-Za-z0-9+/]*={0,2}$/

/** The picture inside a data URL. @throws HearthError with `param`: other addresses are never fetched. */
export function parseDataUrl(url: string | undefined, param: string): InlineImage {
  const match = url === undefined ? null : pattern.exec(url)
  const mediaType = match?.[1]
  if (url === undefined || match === null || mediaType === undefined) {
    const isAddress = url !== undefined && /^https?:/i.test(url)
    throw isAddress
      ? new HearthError('caller_unsupported_feature', 'Pictures are not fetched; send them as a data URL.', {
          details: { param },
        })
      : invalid('must be a data URL of a png, jpeg, webp or gif in base64', param)
  }
  const data = url.slice(match[0].length)
  if (data === '' || data.length % 4 !== 0 || !base64.test(data)) throw invalid('is not valid base64', param)
  return { mediaType, bytes: Buffer.from(data, 'base64') }
}

const invalid = (message: string, param: string): HearthError =>
  new HearthError('caller_invalid_request', `${param}: ${message}.`, { details: { param } })
