import type { HearthClient } from '../../protocol/hearth-client.ts'

/** The title of the conversation shown; undefined until it is known, and for a new one. */
export interface ConversationTitle {
  readonly text: string | undefined
  open(conversation: string | undefined): void
  /** Nothing is told any more. */
  stop(): void
}

/** Reads it, and again when it changes, here or on another device. `onChange` tells of every new one. */
export function watchConversationTitle(
  client: Pick<HearthClient, 'on' | 'rest'>,
  onChange: () => void,
): ConversationTitle {
  let shown: string | undefined
  let text: string | undefined
  const say = (next: string | undefined) => {
    if (text === next) return
    text = next
    onChange()
  }
  const read = async (conversation: string) => {
    const found = await client.rest.getConversation(conversation).catch(() => undefined)
    if (shown === conversation && found !== undefined) say(found.title)
  }
  const readShown = () => {
    if (shown !== undefined) void read(shown)
  }
  const leave = [
    client.on('resumed', readShown),
    client.on('conversation', ({ conversation, change }) => {
      if (conversation === shown && change === 'renamed') readShown()
    }),
  ]
  return {
    get text() {
      return text
    },
    open: (conversation) => {
      if (conversation === shown) return
      shown = conversation
      say(undefined)
      readShown()
    },
    stop: () => {
      shown = undefined
      for (const one of leave) one()
    },
  }
}
