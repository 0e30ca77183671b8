import { isRecord } from '../../../../common/is-record.ts'
import { parsedJson } from './parsed-json.ts'
import { plainEventIn } from './plain-event.ts'

type Bytes = Uint8Array<ArrayBuffer>

const maxNewsBytes = 1024
const news = new Set<unknown>(['tools', 'prompts', 'resources'].map((what) => `notifications/${what}/list_changed`))

/**
 * Takes out of an event stream what says nothing but that a list has changed. The SDK takes as long over it as over a call,
 * and a server may say it without end.
 */
export class NewsSieve {
  readonly #onNews: () => void
  #held: Bytes[] = []
  #heldBytes = 0

  constructor(onNews: () => void) {
    this.#onNews = onNews
  }

  /** What is to be passed on of the stream. `ends` are the offsets in `chunk` behind the events that end in it. */
  push(chunk: Bytes, ends: readonly number[]): readonly Bytes[] {
    const passed: Bytes[] = []
    let start = 0
    for (const end of ends) {
      this.#hold(chunk.subarray(start, end))
      if (this.#isNews()) this.#onNews()
      else passed.push(...this.#held)
      this.#held = []
      this.#heldBytes = 0
      start = end
    }
    this.#hold(chunk.subarray(start))
    if (this.#heldBytes > maxNewsBytes) passed.push(...this.#held.splice(0))
    return passed
  }

  #hold(bytes: Bytes): void {
    if (bytes.length === 0) return
    this.#held.push(bytes)
    this.#heldBytes += bytes.length
  }

  #isNews(): boolean {
    if (this.#heldBytes > maxNewsBytes) return false
    const data = plainEventIn(Buffer.concat(this.#held).toString())
    return data?.includes('/list_changed"') === true && isListChanged(data)
  }
}

function isListChanged(json: string): boolean {
  const message = parsedJson(json)
  return isRecord(message) && message['jsonrpc'] === '2.0' && !('id' in message) && news.has(message['method'])
}
