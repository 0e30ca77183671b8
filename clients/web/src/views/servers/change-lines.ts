/** A line of a text that was changed, as a reader sees it. */
export interface ChangeLine {
  readonly change: 'same' | 'removed' | 'added'
  readonly text: string
}

/** Above so many comparisons the old text stands before the new one whole: a hostile server must not hold the page up. */
const comparisonsAtMost = 1_000_000

/** What has to be taken out of and put into `before` to get `after`, line by line; as few as possible. */
export function changeLines(before: readonly string[], after: readonly string[]): readonly ChangeLine[] {
  const start = commonLength(before, after)
  const end = commonLength(before.slice(start).toReversed(), after.slice(start).toReversed())
  const old = before.slice(start, before.length - end)
  const fresh = after.slice(start, after.length - end)
  return [
    ...before.slice(0, start).map(same),
    ...(old.length * fresh.length > comparisonsAtMost ? replaced(old, fresh) : fewest(old, fresh)),
    ...before.slice(before.length - end).map(same),
  ]
}

/** A value as lines of indented JSON, its keys sorted, so that only what differs differs; `[]` for none. */
export function jsonLines(value: unknown): readonly string[] {
  if (value === undefined || value === null) return []
  return JSON.stringify(value, sortKeys, 2).split('\n')
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

const same = (text: string): ChangeLine => ({ change: 'same', text })

const replaced = (old: readonly string[], fresh: readonly string[]): readonly ChangeLine[] => [
  ...old.map((text) => ({ change: 'removed' as const, text })),
  ...fresh.map((text) => ({ change: 'added' as const, text })),
]

function commonLength(one: readonly string[], other: readonly string[]): number {
  const differs = one.findIndex((line, index) => line !== other[index])
  return differs === -1 ? Math.min(one.length, other.length) : differs
}

/** By the longest common subsequence; `lengths[i][j]` is that of the rests from `i` and `j`. */
function fewest(old: readonly string[], fresh: readonly string[]): readonly ChangeLine[] {
  const lengths = restLengths(old, fresh)
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0
  const lines: ChangeLine[] = []
  let [i, j] = [0, 0]
  while (i < old.length && j < fresh.length) {
    const text = old[i] ?? ''
    if (text === fresh[j]) {
      lines.push(same(text))
      i += 1
      j += 1
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      lines.push({ change: 'removed', text })
      i += 1
    } else {
      lines.push({ change: 'added', text: fresh[j] ?? '' })
      j += 1
    }
  }
  return [...lines, ...replaced(old.slice(i), fresh.slice(j))]
}

function restLengths(old: readonly string[], fresh: readonly string[]): readonly Uint32Array[] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint32Array(fresh.length + 1))
  for (let i = old.length - 1; i >= 0; i -= 1) {
    const row = lengths[i] ?? new Uint32Array()
    const below = lengths[i + 1] ?? new Uint32Array()
    fillRow(row, below, (j) => old[i] === fresh[j])
  }
  return lengths
}

function fillRow(row: Uint32Array, below: Uint32Array, isSame: (j: number) => boolean): void {
  for (let j = row.length - 2; j >= 0; j -= 1) {
    row[j] = isSame(j) ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0)
  }
}
