import { judge } from './bars.ts'
import { type BenchRun, figuresOf } from './bench-run.ts'
import { numberText } from './markdown-table.ts'

/** What a whole run came to: the last line and the exit code of the bench. */
export interface Conclusion {
  readonly code: 0 | 1
  readonly says: string
}

/** A whole run succeeds when every bar is passed and every subject was measured. Pure. */
export function conclusionOf(run: BenchRun): Conclusion {
  return conclude([...barsNotPassed(run), ...run.unavailable, ...notMeasured(run)])
}

/** @param reasons why the run is no success; each a sentence without its end. */
export const conclude = (reasons: readonly string[]): Conclusion =>
  reasons.length === 0
    ? { code: 0, says: 'Every bar is passed, every subject was measured.' }
    : { code: 1, says: `The bench failed: ${reasons.join('; ')}.` }

function barsNotPassed(run: BenchRun): readonly string[] {
  return judge(run)
    .filter(({ verdict }) => verdict !== 'pass')
    .map(
      ({ bar, subject, value, verdict }) => `${titleOf(run, subject)}, ${bar.says}: ${verdict} (${numberText(value)})`,
    )
}

/** Subjects that took part in a scenario and gave no figures in any round. */
function notMeasured(run: BenchRun): readonly string[] {
  const lines = run.samples
    .filter(({ scenario, subject }) => figuresOf(run, scenario, subject) === undefined)
    .map(({ scenario, subject }) => `${titleOf(run, subject)}, ${scenario}: not measured`)
  return [...new Set(lines)]
}

const titleOf = ({ subjects }: BenchRun, subject: string): string =>
  subjects.find(({ name }) => name === subject)?.title ?? subject
