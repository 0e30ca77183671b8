import { brokenCharacters } from '../../services/common/testing/fake-vendor/words.ts'
import { answerWords, type Cell, cells, modelOf, type Vendor, vendors, wordsBefore } from './fault-cells.ts'
import { faultTable, type Outcome } from './fault-table.ts'

/** One cell of the matrix, ready to be asked. */
export interface Row {
  readonly vendor: Vendor
  readonly cell: Cell
  readonly outcome: Outcome
  /** Name of the profile whose only target fails so. */
  readonly profile: string
  readonly model: string
}

/** Vendor × fault × phase, in the order of the table. */
export const matrixRows = (): readonly Row[] =>
  vendors.flatMap((vendor, index) =>
    cells.map((cell) => ({
      vendor,
      cell,
      outcome: faultTable[vendor][cell],
      profile: `v${index}-${cell.replace('/', '-')}`,
      model: modelOf(cell, vendor),
    })),
  )

/** The timer that must fire; the others are long enough for a busy machine. */
export const firesAfterMs = 1000
export const neverFiresMs = 30_000

export const timeoutsOf = ({ timer }: Outcome): object => ({
  headers_ms: neverFiresMs,
  first_token_ms: neverFiresMs,
  idle_ms: neverFiresMs,
  total_ms: 2 * neverFiresMs,
  ...(timer === undefined ? {} : { [timer]: firesAfterMs }),
})

/** What a caller is shown. */
export function textOf({ cell, outcome }: Row): string {
  if (outcome.kept === 'everything') return wholeText(cell)
  return outcome.kept === 'nothing' ? '' : wordsOf(0, wordsBefore)
}

const wordsOf = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => `w${from + index} `).join('')

/** The text of the whole answer, with what the fault put into it. */
function wholeText(cell: Cell): string {
  const [phase, fault] = cell.split('/')
  const at = phase === 'before-content' ? 0 : wordsBefore
  const added = fault === 'line-1mb' ? 'x'.repeat(1024 * 1024) : fault === 'invalid-utf8' ? brokenCharacters : ''
  return `${wordsOf(0, at)}${added}${wordsOf(at, answerWords)}`
}
