import { createHash } from 'node:crypto'

/** Texts of which the count is kept: more than a large house has tools. */
const maxKept = 20_000

/** Counts tokens as o200k does. Its vocabulary takes 0.2 s and tens of MiB, so a house without tools never loads it. */
export class TokenCounter {
  readonly #kept = new Map<string, number>()
  #count: ((text: string) => number) | undefined

  async load(): Promise<void> {
    this.#count ??= (await import('gpt-tokenizer/encoding/o200k_base')).countTokens
  }

  /** Zero before `load`. */
  count(text: string): number {
    if (this.#count === undefined) return 0
    const key = createHash('sha256').update(text).digest('base64')
    const kept = this.#kept.get(key)
    if (kept !== undefined) return kept
    const tokens = this.#count(text)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size >= maxKept && oldest !== undefined) this.#kept.delete(oldest)
    this.#kept.set(key, tokens)
    return tokens
  }
}
