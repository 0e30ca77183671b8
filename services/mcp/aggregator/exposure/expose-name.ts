import { createHash } from 'node:crypto'

/** Longest name that clients see: they put a prefix of their own before it, and providers end at 64 characters. */
const maxLength = 48
const hashLength = 8

const valid = /^[A-Za-z0-9_-]{1,48}$/
/** Tools of the house itself and of its devices. */
const reserved = /^(?:hearth|home)_/i

export interface NameWish {
  readonly server: string
  /** As the upstream calls it; any text. */
  readonly name: string
  /** What the server's declaration wants it to be called. */
  readonly renamed?: string | undefined
}

/**
 * What clients call a tool or prompt: the name that was wished for, else its own, else `<server>_<name>`, else that cut
 * with a hash; the first that is valid (1 to 48 of A-Z a-z 0-9 _ -), not reserved and free.
 */
export function exposeName(wish: NameWish, isTaken: (exposedName: string) => boolean): string {
  const isFree = (name: string): boolean => valid.test(name) && !reserved.test(name) && !isTaken(name)
  const plain = [wish.renamed, wish.name, withServer(wish)].find((name) => name !== undefined && isFree(name))
  if (plain !== undefined) return plain
  for (let salt = 0; ; salt++) {
    const name = withHash(wish, salt)
    if (isFree(name)) return name
  }
}

/** Does the declaration want another name than the one it has? A name that is reserved is not given. */
export const isRenamed = (renamed: string | undefined, exposedName: string): renamed is string =>
  renamed !== undefined && renamed !== exposedName && !reserved.test(renamed)

function withServer({ server, name }: NameWish): string {
  const joined = `${server}_${name}`.replaceAll(/[^A-Za-z0-9_-]/gu, '_')
  return reserved.test(joined) ? `mcp_${joined}` : joined
}

function withHash(wish: NameWish, salt: number): string {
  const of = JSON.stringify([wish.server, wish.name, salt])
  const hash = createHash('sha256').update(of).digest('hex').slice(0, hashLength)
  return `${withServer(wish).slice(0, maxLength - hashLength - 1)}_${hash}`
}
