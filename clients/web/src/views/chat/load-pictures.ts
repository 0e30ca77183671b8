import type { PictureFile } from '../../protocol/hearth-client.ts'
import type { RestApi } from '../../protocol/rest-api.ts'
import type { PicturePart } from './answer-view.ts'

const mediaTypes: readonly PictureFile['mediaType'][] = ['image/png', 'image/jpeg', 'image/webp', 'image/gif']

/** Pictures of a question, to be sent again; those that are not here are fetched. @throws HearthFailure. */
export async function loadPictures(
  rest: Pick<RestApi, 'getBlob'>,
  parts: readonly PicturePart[],
  signal: AbortSignal,
): Promise<readonly PictureFile[]> {
  const files = await Promise.all(parts.map((part) => loadPicture(rest, part, signal)))
  return files.flatMap((file) => file ?? [])
}

async function loadPicture(
  rest: Pick<RestApi, 'getBlob'>,
  { picture, blobId }: PicturePart,
  signal: AbortSignal,
): Promise<PictureFile | undefined> {
  if (picture !== undefined) return toFile(picture.mediaType, picture.bytes)
  if (blobId === undefined) return undefined
  const blob = await rest.getBlob(blobId, signal)
  return toFile(blob.mediaType, new Uint8Array(blob.bytes))
}

function toFile(type: string, bytes: Uint8Array): PictureFile | undefined {
  const mediaType = mediaTypes.find((known) => known === type)
  return mediaType === undefined ? undefined : { mediaType, bytes }
}
