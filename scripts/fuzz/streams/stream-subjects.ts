import { chatDialect } from '../../../services/adapters/chat-completions/map-stream.ts'
import type { Wire } from '../../../services/common/testing/fake-vendor/body-step.ts'
import { chatWire } from '../../../services/common/testing/fake-vendor/chat-stream.ts'
import { plainScenario, type Scenario } from '../../../services/common/testing/fake-vendor/scenario.ts'
import type { Random } from '../random.ts'
import { type StreamSubject, streamSubject } from './stream-subject.ts'

/** Every wire dialect that the adapters read. */
export const streamSubjects: readonly StreamSubject[] = [
  streamSubject(
    {
      name: 'chat completions',
      framing: 'blank-line',
      terminator: /"finish_reason":\s*"|"usage":|\[DONE\]/,
      valid: (random) => validStream(random, chatWire),
    },
    chatDialect('call_'),
  ),
]

/** An answer as the fake vendor gives it: text, or calls, after some reasoning or none. */
function validStream(random: Random, wireOf: (scenario: Scenario) => Wire): string {
  const scenario: Scenario = {
    ...plainScenario,
    tokens: random.int(6),
    reasoning: random.oneIn(2) ? random.int(4) : 0,
    calls: random.oneIn(3) ? random.int(4) : 0,
    refusal: random.oneIn(8) ? 3 : 0,
    progress: random.oneIn(8) ? 2 : 0,
    usage: !random.oneIn(4),
    maxTokens: random.oneIn(8) ? 2 : Number.POSITIVE_INFINITY,
  }
  return [...wireOf(scenario).pieces].map(({ body }) => body).join('')
}
