import { messagesDialect } from '../../../services/adapters/anthropic/map-stream.ts'
import { chatDialect } from '../../../services/adapters/chat-completions/map-stream.ts'
import { ollamaDialect } from '../../../services/adapters/local/server/map-ollama-stream.ts'
import { imageBodyDialect, imageDialect } from '../../../services/adapters/openai/map-image-stream.ts'
import { responsesDialect } from '../../../services/adapters/openai/map-responses-stream.ts'
import type { Wire } from '../../../services/common/testing/fake-vendor/body-step.ts'
import { chatWire } from '../../../services/common/testing/fake-vendor/chat-stream.ts'
import { imageAnswer, imageWire } from '../../../services/common/testing/fake-vendor/image-stream.ts'
import { messagesWire } from '../../../services/common/testing/fake-vendor/messages-stream.ts'
import { ollamaWire } from '../../../services/common/testing/fake-vendor/ollama-stream.ts'
import { responsesWire } from '../../../services/common/testing/fake-vendor/responses-stream.ts'
import { plainScenario, type Scenario } from '../../../services/common/testing/fake-vendor/scenario.ts'
import type { Random } from '../random.ts'
import { type StreamSubject, streamSubject } from './stream-subject.ts'

/** Every wire dialect that the adapters read. */
export const streamSubjects: readonly StreamSubject[] = [
  streamSubject(
    {
      name: 'chat completions',
      framing: 'blank-line',
      terminator: /"finish_reason"\s*:\s*"|"usage"\s*:|\[DONE\]/,
      valid: (random) => streamOf(chatWire(anyScenario(random))),
    },
    chatDialect('call_'),
  ),
  streamSubject(
    {
      name: 'responses',
      framing: 'blank-line',
      terminator: /response\.(completed|incomplete)/,
      valid: (random) => streamOf(responsesWire(anyScenario(random))),
    },
    responsesDialect('call_'),
  ),
  streamSubject(
    {
      name: 'messages',
      framing: 'blank-line',
      terminator: /message_stop|"stop_reason"\s*:\s*"/,
      valid: (random) => streamOf(messagesWire(anyScenario(random))),
    },
    messagesDialect,
  ),
  streamSubject(
    {
      name: 'ollama',
      framing: 'line',
      terminator: /"done"\s*:\s*true/,
      valid: (random) => streamOf(ollamaWire(anyScenario(random))),
    },
    ollamaDialect('call_'),
  ),
  streamSubject(
    {
      name: 'images',
      framing: 'blank-line',
      terminator: /image_(generation|edit)\.completed/,
      valid: (random) =>
        streamOf(imageWire(anyScenario(random), random.oneIn(2) ? 'image_generation' : 'image_edit', random.int(4))),
    },
    imageDialect('png'),
  ),
  streamSubject(
    {
      name: 'images without a stream',
      framing: 'line',
      terminator: /"b64_json"\s*:[\s\S]*\}/,
      valid: () => JSON.stringify(imageAnswer()),
    },
    imageBodyDialect('png'),
  ),
]

/** Text, or calls, or a refusal, after some reasoning or none. */
const anyScenario = (random: Random): Scenario => ({
  ...plainScenario,
  tokens: random.int(6),
  reasoning: random.oneIn(2) ? random.int(4) : 0,
  calls: random.oneIn(3) ? random.int(4) : 0,
  refusal: random.oneIn(8) ? 3 : 0,
  progress: random.oneIn(8) ? 2 : 0,
  usage: !random.oneIn(4),
  maxTokens: random.oneIn(8) ? 2 : Number.POSITIVE_INFINITY,
})

const streamOf = ({ pieces }: Wire): string => [...pieces].map(({ body }) => body).join('')
