import type { Asked } from '../asked.ts'
import { refuseUnserved } from '../body-fields.ts'
import { parseBody } from '../read-body.ts'
import type { Order } from '../serve-run.ts'
import { chatBody, unservedChat } from './chat-body.ts'
import { ChatEncoder } from './encode-chat.ts'
import { chatRunRequest } from './to-run-request.ts'
import { wholeChat } from './whole-chat.ts'

/** What `POST /v1/chat/completions` asks for. @throws HearthError `caller_*` naming the field. */
export function readChatOrder({ request, requestId }: Asked): Order {
  const body = parseBody(chatBody, request.body)
  refuseUnserved(unservedChat, body)
  const includesUsage = body.stream_options?.include_usage ?? false
  return {
    request: chatRunRequest(body, requestId),
    isStream: body.stream ?? false,
    form: { encoder: (name) => new ChatEncoder(name, includesUsage), whole: wholeChat },
  }
}
