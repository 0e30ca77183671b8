import { createHash, timingSafeEqual } from 'node:crypto'

/** How roles in different processes name themselves, in an HTTP header or in gRPC metadata. */
export const clusterAuthorization = (clusterToken: string): string => `Bearer ${clusterToken}`

/** Whether an `authorization` value is a role's; made once per listener. Takes the same time whatever the value. */
export function clusterCheck(clusterToken: string): (authorization: string | undefined) => boolean {
  const expected = sha256(clusterAuthorization(clusterToken))
  return (authorization) => timingSafeEqual(sha256(authorization ?? ''), expected)
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
