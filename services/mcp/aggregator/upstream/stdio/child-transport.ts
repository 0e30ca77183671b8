import {
  deserializeMessage,
  isJSONRPCResponse,
  type JSONRPCMessage,
  SdkError,
  SdkErrorCode,
  serializeMessage,
  type Transport,
} from '@modelcontextprotocol/client'
import { LineReader } from './line-reader.ts'
import { type ProcessCommand, type ProcessGroup, startGroup } from './process-group.ts'

/** Messages that answer nothing, per second; more of them and its output is left unread for the rest of the second. */
const maxUnaskedPerSecond = 1000
const maxUnsentBytes = 32 * 1024 * 1024
/** What a dead process wrote may still be in the pipe. */
const lastWordsMs = 25

export interface ChildTransportOptions {
  readonly command: ProcessCommand
  readonly maxMessageBytes: number
  /** Told when it runs, before anything is sent. */
  readonly onStarted: (group: ProcessGroup) => void
}

/**
 * The SDK's transport over a process group of ours. It names `pid` and `stderr`, by which the SDK knows that it speaks to
 * standard streams and asks for the era on this very process.
 */
export class ChildTransport implements Transport {
  readonly stderr = null
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: (message: JSONRPCMessage) => void
  readonly #options: ChildTransportOptions
  #group: ProcessGroup | undefined
  readonly #held: JSONRPCMessage[] = []
  #isHandling = false
  #isClosed = false
  #unasked = 0
  #secondEndsAt = 0
  #pause: NodeJS.Timeout | undefined

  constructor(options: ChildTransportOptions) {
    this.#options = options
  }

  get pid(): number | null {
    return this.#group?.pid ?? null
  }

  async start(): Promise<void> {
    const group = await startGroup(this.#options.command)
    this.#group = group
    this.#options.onStarted(group)
    const lines = new LineReader(this.#options.maxMessageBytes)
    group.stdout.on('data', (chunk: Buffer) => this.#read(lines, chunk))
    for (const stream of [group.stdout, group.stdin]) stream.on('error', (error) => this.onerror?.(error))
    const drained = new Promise<void>((resolve) => group.stdout.once('close', () => resolve()))
    void group.exited.then(() => {
      const timer = setTimeout(() => this.#closed(), lastWordsMs)
      void drained.then(() => {
        clearTimeout(timer)
        this.#closed()
      })
    })
  }

  send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#group?.stdin
    if (stdin === undefined || this.#isClosed || !stdin.writable) {
      return Promise.reject(new SdkError(SdkErrorCode.NotConnected, 'the process is gone'))
    }
    if (stdin.writableLength > maxUnsentBytes) {
      return Promise.reject(new SdkError(SdkErrorCode.SendFailed, 'the process does not read'))
    }
    return new Promise((resolve, reject) => {
      stdin.write(serializeMessage(message), (error) => (error ? reject(error) : resolve()))
    })
  }

  /** Lets go of the streams; whoever started the transport ends the group. */
  close(): Promise<void> {
    this.#closed()
    return Promise.resolve()
  }

  #closed(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#pause)
    this.onclose?.()
  }

  #read(lines: LineReader, chunk: Buffer): void {
    try {
      for (const line of lines.push(chunk)) this.#take(line)
    } catch (error) {
      this.#group?.stdout.pause()
      this.onerror?.(asError(error))
      this.#closed()
    }
  }

  #take(line: string): void {
    if (this.#isClosed || line.trim() === '') return
    const message = parseLine(line)
    if (message === undefined || !isJSONRPCResponse(message)) this.#countUnasked()
    if (message === undefined) return
    if (this.#isHandling) this.#held.push(message)
    else this.#deliver(message)
  }

  /**
   * The SDK handles a notification one microtask later and a response at once: what follows a notification in the same
   * breath waits for it, or the last progress of a call would come after its end.
   */
  #deliver(message: JSONRPCMessage): void {
    try {
      this.onmessage?.(message)
    } catch (error) {
      // In a microtask nobody else would catch it; a message that cannot be handled costs nothing but itself.
      this.onerror?.(asError(error))
    }
    if (isJSONRPCResponse(message)) return
    this.#isHandling = true
    queueMicrotask(() => {
      this.#isHandling = false
      while (!this.#isHandling) {
        const next = this.#held.shift()
        if (next === undefined) return
        this.#deliver(next)
      }
    })
  }

  #countUnasked(): void {
    const now = performance.now()
    if (now > this.#secondEndsAt) {
      this.#secondEndsAt = now + 1000
      this.#unasked = 0
    }
    this.#unasked += 1
    if (this.#unasked !== maxUnaskedPerSecond) return
    const stdout = this.#group?.stdout
    stdout?.pause()
    this.#pause = setTimeout(() => stdout?.resume(), this.#secondEndsAt - now)
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/** Undefined for what is not a message: many programs print to standard output before they speak. */
function parseLine(line: string): JSONRPCMessage | undefined {
  try {
    return deserializeMessage(line)
  } catch {
    return undefined
  }
}
