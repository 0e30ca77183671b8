/** What came back for a hostile request. `wrong` says what no client can make sense of. */
export type AnswerVerdict =
  | { readonly status: 'taken' | 'refused' | 'cut' }
  | { readonly status: 'wrong'; readonly says: string }

/** A success, an error document with a code, or, where the request was cut, nothing at all. Pure. */
export function judgeAnswer(answer: string, isCut: boolean): AnswerVerdict {
  const final = answer.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')
  if (final === '') return isCut ? { status: 'cut' } : { status: 'wrong', says: 'no answer' }
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(final)?.[1])
  if (status >= 400 && status < 500 && /"code": ?"/.test(final)) return { status: 'refused' }
  if (status < 200 || status >= 400 || Number.isNaN(status)) return wrong(final)
  if (!/^content-type: text\/event-stream/im.test(final)) return { status: 'taken' }
  return isCut || /data: \[DONE\]|"type":"(response|error)\b|"type":"image_/.test(final)
    ? { status: 'taken' }
    : wrong(final)
}

const wrong = (answer: string): AnswerVerdict => ({ status: 'wrong', says: JSON.stringify(answer.slice(0, 300)) })
