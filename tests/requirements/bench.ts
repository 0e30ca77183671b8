import { requirementsOf } from './requirement.ts'

const results = 'tests/bench/results-page.test.ts'

/** The figures themselves are those of `npm run bench`; here is what makes them true, and what judges them. */
export const benchRequirements = [
  ...requirementsOf('deliver.5', 'vendors deliver 5', [
    [
      'bench-counts',
      'The bench counts every token and its way, by every wire, however it is cut into reads or joined.',
      'tests/bench/sample.system.test.ts: counts every token of $name, as fast as it goes and slowly',
      'tests/bench/token.test.ts: are found in any wire, however it is cut into reads, alone or joined',
      'tests/bench/token.test.ts: tell how long they were on their way, also over the wrap of their clock',
      'tests/bench/tally.test.ts: takes the time to the first token, between tokens, and from sending to arrival',
      'tests/bench/server-frame.test.ts: has to follow the one before: a gap and a repetition are errors',
    ],
    [
      'bench-usage',
      "The CPU is the subject's own, from /proc; figures are medians, of what must not happen the worst.",
      'tests/bench/measure.test.ts: is read from /proc, whatever the name of the process holds',
      'tests/bench/measure.test.ts: grows with the work of this very process',
      'tests/bench/measure.test.ts: are medians, but what must not happen is the worst of all',
    ],
    [
      'bench-results',
      'A whole run writes bench/RESULTS.md with machine, versions, command and what could not be measured; a part does not.',
      `${results}: names machine, command, figures, ratios, and what could not be measured and why`,
      'tests/bench/options.test.ts: measure everything three times and write the results when none is given',
      'tests/bench/options.test.ts: %s leaves the written results alone unless told where to write',
    ],
  ]),
  ...requirementsOf('accept.4', 'vendors acceptance 4', [
    [
      'bench-bars',
      'Every bar of the acceptance is judged; a whole run fails when one is not passed or a subject was not measured.',
      `${results}: judges each bar by the figures of the run, and calls nothing passed that was not measured`,
      `${results}: fails a bar when one round failed, however good the others are`,
      `${results}: is a success when every bar is passed and every subject was measured`,
      `${results}: is a failure with %s, which the last line names`,
    ],
  ]),
]
