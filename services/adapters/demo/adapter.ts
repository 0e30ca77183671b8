import type { Config, DemoConnection } from '../../common/config/config-schema.ts'
import type { GenerateEvent } from '../../common/contracts/generate-event.ts'
import type { GenerateRequest, ImageRequest } from '../../common/contracts/generate-request.ts'
import type { ModelAdapter } from '../../common/contracts/model-adapter.ts'
import { HearthError, toHearthError } from '../../common/errors/hearth-error.ts'
import { type AttemptTimers, startAttemptTimers } from '../attempt-timers.ts'
import { countWords } from './compose-text.ts'
import { composeLandscape, drawLandscape } from './draw-landscape.ts'
import { paced } from './pace.ts'
import { type Answer, planAnswer, planPicture } from './plan-answer.ts'
import { encodePng } from './png.ts'
import { hashText } from './seed.ts'

export interface DemoAdapterDeps {
  /** Read at every call. */
  readonly connections: () => Config['adapters']['demo']['connections']
}

/** No key, no model: the same prompt gets the same text, tool call or picture, at the pace of its connection. */
export function createDemoAdapter(deps: DemoAdapterDeps): ModelAdapter {
  return {
    describe: () => ({
      name: 'demo',
      connections: Object.keys(deps.connections()).map((name) => ({ name, state: { status: 'ready' } })),
    }),
    embed: async () => {
      throw new HearthError('caller_unsupported_feature', 'The demo adapter has no embeddings; use another target.')
    },
    async *generate(request, signal) {
      const settings = connectionOf(deps.connections(), request.connection)
      const timers = startAttemptTimers(request.timeouts, signal)
      try {
        timers.signal.throwIfAborted()
        timers.onHeaders()
        yield* timed(generate(request, settings, timers.signal), timers)
      } catch (error) {
        throw timers.failure() ?? toHearthError(error)
      } finally {
        timers.dispose()
      }
    },
  }
}

function connectionOf(connections: ReturnType<DemoAdapterDeps['connections']>, name: string): DemoConnection {
  const settings = Object.hasOwn(connections, name) ? connections[name] : undefined
  if (settings !== undefined) return settings
  throw new HearthError(
    'gateway_no_adapter',
    `The connection demo/${name} cannot serve: add adapters.demo.connections.${name}, or name another connection.`,
  )
}

type Batches = AsyncGenerator<readonly GenerateEvent[], void>

/** Every batch is a sign of life; the time the reader takes is not ours. */
async function* timed(batches: Batches, timers: AttemptTimers): Batches {
  for await (const batch of batches) {
    timers.onBytes()
    timers.onContent()
    timers.pause()
    yield batch
    timers.resume()
  }
}

const generate = (request: GenerateRequest, settings: DemoConnection, signal: AbortSignal): Batches =>
  request.image === undefined
    ? speak(planAnswer(request, settings.max_output_tokens), settings, signal)
    : draw(request.image, settings, signal)

async function* speak(answer: Answer, settings: DemoConnection, signal: AbortSignal): Batches {
  let first = answer.start
  for await (const tokens of paced(answer.tokens, settings.tokens_per_second, signal)) {
    yield [...first, ...tokens.map(answer.delta)]
    first = []
  }
  yield [...first, ...answer.end]
}

/** A picture costs the time of so many tokens, each rough version too. */
const tokensPerPicture = 10
const partialBlocks = [64, 24, 8] as const

async function* draw(image: ImageRequest, settings: DemoConnection, signal: AbortSignal): Batches {
  const size = planPicture(image)
  const scene = composeLandscape(hashText(image.prompt))
  const blocks = [...partialBlocks.slice(0, image.partialImages), 1]
  for await (const batch of paced([...blocks.entries()], settings.tokens_per_second / tokensPerPicture, signal)) {
    for (const [index, block] of batch) {
      const bytes = await encodePng(size, await drawLandscape(scene, size, block, signal))
      const picture = { id: 'b0', mediaType: 'image/png', bytes }
      yield [block === 1 ? { type: 'image', ...picture } : { type: 'image-partial', index, ...picture }]
    }
  }
  const usage = { inputTokens: countWords(image.prompt), outputTokens: blocks.length * tokensPerPicture }
  yield [
    { type: 'usage', usage },
    { type: 'finish', reason: 'stop' },
  ]
}
