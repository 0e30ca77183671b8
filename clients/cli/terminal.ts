import type { Terminal } from './command.ts'

export interface Streams {
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

const clearLine = '\r\u001b[K'

/** The real terminal, or what stands in its place when output goes into a pipe or file. */
export function createTerminal(streams: Streams): Terminal {
  const { stdout, stderr } = streams
  const isScreen = stdout.isTTY
  let hasProgress = false
  let isMidLine = false
  const clear = (): void => {
    if (hasProgress) stderr.write(clearLine)
    hasProgress = false
  }
  return {
    input: () => streams.stdin,
    write: (text) => {
      clear()
      if (isScreen && text !== '') isMidLine = !text.endsWith('\n')
      return new Promise((resolve) => stdout.write(isScreen ? printable(text) : text, () => resolve()))
    },
    note: (line) => {
      clear()
      if (isMidLine && stderr.isTTY) stderr.write('\n')
      isMidLine = false
      stderr.write(`${printable(line)}\n`)
    },
    progress: (line) => {
      if (!stderr.isTTY || isMidLine) return
      if (line === '') return clear()
      hasProgress = true
      stderr.write(`${clearLine}${printable(line).slice(0, Math.max(10, stderr.columns - 1))}`)
    },
  }
}

/** What a model or server says must not steer a terminal: no control characters but line ends and tabs. */
const printable = (text: string): string =>
  text.replace(/\p{Cc}/gu, (character) => (character === '\n' || character === '\t' ? character : ''))
