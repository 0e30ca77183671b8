import type { ContentPart } from '../common/contracts/generate-request.ts'
import type { History, MessagePart, NewMessage } from '../common/contracts/history.ts'
import type { InputItem } from '../common/contracts/run-request.ts'

/** The input as history keeps it; its pictures go to the store first. */
export function keepInput(
  history: Pick<History, 'putBlob'>,
  owner: string,
  input: readonly InputItem[],
): Promise<readonly NewMessage[]> {
  const keepPart = async (part: ContentPart): Promise<MessagePart> => {
    if (part.type === 'text') return part
    const { mediaType, bytes } = part
    return { type: 'image', mediaType, blobId: await history.putBlob({ owner, mediaType, bytes }) }
  }
  const keepItem = async (item: InputItem): Promise<NewMessage> => {
    switch (item.type) {
      case 'message':
        return { role: item.role, parts: await Promise.all(item.content.map(keepPart)) }
      case 'function_call': {
        const { callId, name } = item
        return { role: 'assistant', parts: [{ type: 'tool_call', callId, name, arguments: item.arguments }] }
      }
      case 'function_call_output':
        return { role: 'tool', parts: [{ type: 'tool_output', callId: item.callId, output: item.output }] }
    }
  }
  return Promise.all(input.map(keepItem))
}
