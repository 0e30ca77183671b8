import type { BarRule, Judged } from './judge-bars.ts'
import { markdownTable, numberText } from './markdown-table.ts'

/** What had to be reached, and what was. Pure. */
export function barsTable(
  subjects: readonly { readonly name: string; readonly title: string }[],
  judged: readonly Judged<BarRule<string>>[],
): string {
  const titles = new Map(subjects.map(({ name, title }) => [name, title]))
  const rows = judged.map(({ bar, subject, value, verdict }) => [
    bar.says,
    titles.get(subject) ?? subject,
    limitText(bar.limit),
    numberText(value),
    verdict === 'pass' ? 'pass' : `**${verdict}**`,
  ])
  return markdownTable(['bar', 'subject', 'limit', 'measured', ''], rows)
}

function limitText(limit: BarRule<string>['limit']): string {
  if ('atLeast' in limit) return `≥ ${limit.atLeast}`
  return 'atMost' in limit ? `≤ ${limit.atMost}` : `< ${limit.below}`
}
