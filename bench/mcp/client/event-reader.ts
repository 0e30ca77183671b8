/** One event of a stream (`text/event-stream`). */
export interface StreamEvent {
  /** `message` when it has no name. */
  readonly name: string
  readonly data: string
}

/** Takes the text of a stream however it is cut, calls back for each whole event that has data. */
export function createEventReader(onEvent: (event: StreamEvent) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const blocks = (rest + text.replaceAll('\r', '')).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = eventOf(block)
      if (event !== undefined) onEvent(event)
    }
  }
}

function eventOf(block: string): StreamEvent | undefined {
  let name = 'message'
  const data: string[] = []
  for (const line of block.split('\n')) {
    if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
    else if (line.startsWith('event:')) name = line.slice(6).trim()
  }
  return data.length === 0 ? undefined : { name, data: data.join('\n') }
}
