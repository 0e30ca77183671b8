/** What every bar has: whose figure of which scenario it judges, and what that has to be. */
export interface BarRule<Name extends string> {
  readonly says: string
  readonly scenario: Name
  readonly subjects: readonly string[]
  readonly limit: { readonly atLeast: number } | { readonly atMost: number } | { readonly below: number }
}

export interface Judged<Rule> {
  readonly bar: Rule
  readonly subject: string
  /** NaN when the subject, or what it is held against, was not measured. */
  readonly value: number
  /** A round that failed fails the bar, whatever the others gave. */
  readonly verdict: 'pass' | 'fail' | 'not measured'
}

/** What a run has of a bar's subject. */
interface Measured<Rule> {
  readonly measure: (bar: Rule, subject: string) => number
  /** In any round. */
  readonly hasFailed: (bar: Rule, subject: string) => boolean
}

/** Each bar for each of its subjects that the run was to measure. Pure. */
export function judgeBars<Name extends string, Rule extends BarRule<Name>>(
  run: { readonly subjects: readonly { readonly name: string }[]; readonly scenarios: readonly Name[] },
  bars: readonly Rule[],
  { measure, hasFailed }: Measured<Rule>,
): readonly Judged<Rule>[] {
  const names = new Set(run.subjects.map(({ name }) => name))
  const judged = (bar: Rule, subject: string): Judged<Rule> => {
    const value = measure(bar, subject)
    if (hasFailed(bar, subject)) return { bar, subject, value, verdict: 'fail' }
    if (Number.isNaN(value)) return { bar, subject, value, verdict: 'not measured' }
    return { bar, subject, value, verdict: isReached(bar.limit, value) ? 'pass' : 'fail' }
  }
  return bars
    .filter(({ scenario }) => run.scenarios.includes(scenario))
    .flatMap((bar) => bar.subjects.filter((name) => names.has(name)).map((name) => judged(bar, name)))
}

function isReached(limit: BarRule<string>['limit'], value: number): boolean {
  if ('atLeast' in limit) return value >= limit.atLeast
  return 'atMost' in limit ? value <= limit.atMost : value < limit.below
}
