import type { Failure } from '../../protocol/hearth-client.ts'
import { failureOf } from '../../protocol/hearth-failure.ts'
import type { Message } from '../../protocol/rest-api.ts'

export interface LoaderDeps {
  readonly load: (conversation: string) => Promise<readonly Message[]>
  readonly onLoaded: (messages: readonly Message[]) => void
  readonly onFailed: (failure: Failure) => void
}

/** Reads the messages of one conversation, one reading at a time. */
export interface Loader {
  /** While one reading runs, any number of calls bring one more after it. Another conversation takes over at once. */
  load(conversation: string): void
  /** What is still read is dropped. */
  stop(): void
}

interface Reading {
  readonly conversation: string
  again: boolean
}

export function createLoader({ load, onLoaded, onFailed }: LoaderDeps): Loader {
  let reading: Reading | undefined
  const read = async (mine: Reading): Promise<void> => {
    const result = await load(mine.conversation).then(
      (messages) => ({ messages }),
      (error: unknown) => ({ failure: failureOf(error) }),
    )
    if (reading !== mine) return
    reading = undefined
    if (mine.again) start(mine.conversation)
    if ('messages' in result) onLoaded(result.messages)
    else onFailed(result.failure)
  }
  const start = (conversation: string) => {
    reading = { conversation, again: false }
    void read(reading)
  }
  return {
    load: (conversation) => {
      if (reading?.conversation === conversation) reading.again = true
      else start(conversation)
    },
    stop: () => {
      reading = undefined
    },
  }
}
