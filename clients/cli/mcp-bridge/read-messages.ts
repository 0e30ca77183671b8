import { Readable } from 'node:stream'
import { type JSONRPCMessage, ReadBuffer } from '@modelcontextprotocol/client'
import { CliError } from '../cli-error.ts'

interface Reading {
  /** Ends the reading, without an error. */
  readonly signal: AbortSignal
  /** A line that is JSON but no message; it is left out, and so is silently what is no JSON. */
  onInvalid(): void
  readonly maxLineBytes: number
}

/**
 * The messages of a stream, one a line (2026-07-28 basic/transports/stdio). What is no message is left out.
 * @throws CliError `failed` for a line without an end.
 */
export async function* readMessages(
  input: NodeJS.ReadableStream,
  { signal, onInvalid, maxLineBytes }: Reading,
): AsyncGenerator<JSONRPCMessage> {
  const buffer = new ReadBuffer({ maxBufferSize: maxLineBytes })
  const stop = (): void => void (input instanceof Readable && input.destroy())
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const chunk of input) {
      append(buffer, Buffer.from(chunk), maxLineBytes)
      yield* completeMessages(buffer, onInvalid)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function append(buffer: ReadBuffer, chunk: Buffer, maxLineBytes: number): void {
  try {
    buffer.append(chunk)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new CliError('failed', `The client sent a line of more than ${maxLineBytes} bytes; it is no message of MCP.`)
  }
}

function* completeMessages(buffer: ReadBuffer, onInvalid: () => void): Generator<JSONRPCMessage> {
  while (true) {
    const next = readNext(buffer)
    if (next === 'none') return
    if (next === 'invalid') onInvalid()
    else yield next
  }
}

function readNext(buffer: ReadBuffer): JSONRPCMessage | 'none' | 'invalid' {
  try {
    return buffer.readMessage() ?? 'none'
  } catch {
    return 'invalid'
  }
}
