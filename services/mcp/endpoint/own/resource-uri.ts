/** Kinds of resources of the house, as their URIs name them. */
export const resourceKinds = ['profiles', 'devices', 'conversations', 'servers'] as const
export type ResourceKind = (typeof resourceKinds)[number]

export interface OwnUri {
  readonly kind: ResourceKind
  /** Name of a setting, id of a conversation. */
  readonly key: string
  /** Of a conversation: the page of messages. */
  readonly cursor?: string
}

const pattern = /^hearth:\/\/([a-z]+)\/([A-Za-z0-9_-]{1,100})(?:\?cursor=([\w.~%-]{1,2048}))?$/

/** Undefined: not a URI of ours. */
export function parseOwnUri(uri: string): OwnUri | undefined {
  const [, kind = '', key = '', cursor] = pattern.exec(uri) ?? []
  const known = resourceKinds.find((name) => name === kind)
  if (known === undefined) return undefined
  if (cursor === undefined) return { kind: known, key }
  const decoded = decode(cursor)
  return known === 'conversations' && decoded !== undefined ? { kind: known, key, cursor: decoded } : undefined
}

export const ownUri = ({ kind, key, cursor }: OwnUri): string =>
  `hearth://${kind}/${key}${cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`}`

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
