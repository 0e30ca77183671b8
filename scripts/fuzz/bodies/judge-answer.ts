/** What came back for a hostile request. `wrong` says what no client can make sense of. */
export type AnswerVerdict =
  | { readonly status: 'taken' | 'refused' | 'cut' }
  | { readonly status: 'wrong'; readonly says: string }

/** A success, an error document with a code, or, where the request was cut, nothing at all. Pure. */
export function judgeAnswer(answer: string, isCut: boolean): AnswerVerdict {
  const final = answer.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')
  if (final === '') return isCut ? { status: 'cut' } : { status: 'wrong', says: 'no answer' }
  const [head = '', body = ''] = final.split('\r\n\r\n', 2)
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1])
  if (isRefusal(status, body)) return { status: 'refused' }
  if (status >= 200 && status < 400 && (isCut || isWhole(head, body))) return { status: 'taken' }
  return { status: 'wrong', says: `${head.split('\r\n', 1)[0]} ${body.slice(0, 200)}` }
}

/** What the caller did wrong, or what is not there now; a defect of ours is none. */
const isRefusal = (status: number, body: string): boolean =>
  status >= 400 && status !== 500 && /"code": ?"(?!gateway_internal)/.test(body)

/** A stream of events has a last one. */
const isWhole = (head: string, body: string): boolean =>
  !/^content-type: text\/event-stream/im.test(head) || lastEvent.test(body)

/** What the routes end their streams with, well or badly; each is a line, so that no text of an answer looks like it. */
const lastEvent =
  /^data: (\[DONE\]|\{"error":|\{"type":"(response\.(completed|incomplete|failed)|error|image_(generation|edit)\.completed)")/m
