import type { AnswerName, WholeAnswer } from '../answer-form.ts'
import type { Asked } from '../asked.ts'
import { refuseUnserved } from '../body-fields.ts'
import { parseBody } from '../read-body.ts'
import type { Order } from '../serve-run.ts'
import { base64, ResponseEncoder } from './encode-response.ts'
import { type ResponseBody, responseBody, unservedResponse } from './response-body.ts'
import { endedResponse, newResponse, type ResponseObject, shownItem } from './response-object.ts'
import { responseRunRequest } from './to-run-request.ts'

/** What `POST /v1/responses` asks for. @throws HearthError `caller_*` naming the field. */
export function readResponseOrder({ request, requestId }: Asked): Order {
  const body = parseBody(responseBody, request.body)
  refuseUnserved(unservedResponse, body)
  return {
    request: responseRunRequest(body, requestId),
    isStream: body.stream ?? false,
    form: {
      encoder: (name) => new ResponseEncoder(newResponse(name, body)),
      whole: (name, answer) => wholeResponse(name, body, answer),
    },
  }
}

function wholeResponse(name: AnswerName, body: ResponseBody, { items, pictures, final }: WholeAnswer): ResponseObject {
  const drawn = new Map(pictures.map(({ itemId, bytes }) => [itemId, base64(bytes)]))
  const output = items.map((item) => shownItem(item, drawn.get(item.id)))
  return endedResponse(newResponse(name, body), final, output)
}
