/** Chance from a seed: the same seed gives the same choices, on every machine. */
export interface Random {
  /** From 0 to `below` - 1. */
  int(below: number): number
  /** True once in `n`. */
  oneIn(n: number): boolean
  /** @throws Error for an empty list. */
  pick<T>(list: readonly T[]): T
}

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, good enough to choose what to break. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (below: number): number => Math.floor(next() * below)
  return {
    int,
    oneIn: (n) => int(n) === 0,
    pick: (list) => {
      const chosen = list[int(list.length)]
      if (chosen === undefined) throw new Error('nothing to pick from')
      return chosen
    },
  }
}
