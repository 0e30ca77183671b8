import type { FetchEvent } from './fetch-model.ts'

const barWidth = 30
const plainStep = 0.1

/** A stream that may be a terminal, such as process.stderr. */
export interface FetchScreen {
  readonly isTTY?: boolean
  write(text: string): boolean
}

/** Shows a fetch on a stream: a bar that is redrawn on a terminal, a line each 10 % elsewhere. */
export function showFetch(stream: FetchScreen): (event: FetchEvent) => void {
  const isTerminal = stream.isTTY === true
  let shown = 0
  const line = (text: string): void => {
    stream.write(isTerminal ? `\r\u001B[2K${text}\n` : `${text}\n`)
  }
  const progress = (share: number): void => {
    if (isTerminal) {
      stream.write(`\r${bar(share)}${share === 1 ? '\n' : ''}`)
    } else if (share === 1 || share >= shown + plainStep) {
      shown = Math.floor(share / plainStep) * plainStep
      line(percent(share))
    }
  }
  return (event) => {
    switch (event.type) {
      case 'start': {
        shown = 0
        const megabytes = Math.round(event.model.bytes / 1e6)
        line(`Fetching the language model ${event.model.file} (${megabytes} MB, once) from ${event.source} …`)
        break
      }
      case 'progress':
        progress(event.share)
        break
      case 'failed':
        line(`This way is closed: ${event.reason}`)
        break
      case 'set-aside':
        line(`Another file had this name; it is now ${event.path}.`)
        break
    }
  }
}

const percent = (share: number): string => `${Math.round(share * 100)} %`.padStart(5)

function bar(share: number): string {
  const full = Math.round(share * barWidth)
  return `${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${percent(share)}`
}
