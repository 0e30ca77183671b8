import type { RunMessage } from './run-event.ts'

/** A message that brings a piece of text of one part. */
export type DeltaMessage = Extract<RunMessage, { readonly delta: string }>

/** Whether a message is a delta of the same part as `delta`. Pure. */
export function isSamePart(delta: DeltaMessage, message: RunMessage): message is DeltaMessage {
  if (message.type !== delta.type || !('delta' in message) || message.item_id !== delta.item_id) return false
  return contentIndex(message) === contentIndex(delta)
}

const contentIndex = (delta: DeltaMessage): number | undefined =>
  'content_index' in delta ? delta.content_index : undefined
