import type { HostileHttp } from '../../../tests/support/hostile-http.ts'
import type { Random } from '../random.ts'
import { mutateBytes } from '../streams/mutate-bytes.ts'
import { mutateJson } from '../streams/mutate-json.ts'

/** A request to one of the OpenAI-compatible routes with its body broken at up to four places. */
export function openaiRequest(random: Random, token: string): HostileHttp {
  const { path, body } = random.pick(valid)
  const isForm = path === '/v1/images/edits'
  const content = isForm ? brokenForm(random) : brokenJson(random, { ...body, model: modelOf(random) })
  const type = isForm ? `multipart/form-data; boundary=${boundary}` : 'application/json'
  const lie = random.oneIn(12) ? random.pick([1, 400]) : 0
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: close',
    `Content-Type: ${random.oneIn(16) ? random.pick(oddTypes) : type}`,
    `Content-Length: ${content.length + lie}`,
    ...(random.oneIn(16) ? [] : [`Authorization: Bearer ${random.oneIn(16) ? 'sk-unknown' : token}`]),
    ...(random.oneIn(8) ? [random.pick(oddHeaders)] : []),
  ]
  return { bytes: Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), content]), isCut: lie > 0 }
}

/** Mostly one that is not there: what passes the checks costs a run. */
const modelOf = (random: Random): string => (random.oneIn(20) ? 'demo' : 'no-such-model')

const oddTypes: readonly string[] = ['text/plain', 'application/json; charset=utf-16', 'multipart/form-data', 'x', '']
const oddHeaders: readonly string[] = [
  'Idempotency-Key: k',
  'Accept: text/event-stream',
  'X-Stainless-Retry-Count: -1',
  'OpenAI-Beta: x',
  'Transfer-Encoding: chunked',
  'Expect: 100-continue',
  'Origin: http://evil.example',
]

function brokenJson(random: Random, body: object): Buffer {
  let text = JSON.stringify(body)
  for (let left = random.int(4); left >= 0; left -= 1) text = mutateJson(random, text)
  const bytes = Buffer.from(text)
  return random.oneIn(4) ? mutateBytes(random, bytes) : bytes
}

const boundary = 'hearth-fuzz'

function brokenForm(random: Random): Buffer {
  const fields = random.oneIn(2) ? formFields : formFields.filter(() => !random.oneIn(3))
  const parts = [...fields, ...(random.oneIn(3) ? fields : [])].map(
    ([head, content]) => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`,
  )
  const bytes = Buffer.from(`${parts.join('')}--${boundary}--\r\n`, 'latin1')
  return random.oneIn(2) ? mutateBytes(random, bytes) : bytes
}

const png = '\u0089PNG\r\n\u001a\n\u0000\u0000\u0000\rIHDR'
const formFields: readonly (readonly [string, string])[] = [
  ['name="model"', 'no-such-model'],
  ['name="prompt"', 'a house'],
  ['name="image"; filename="a.png"\r\nContent-Type: image/png', png],
  ['name="image[]"; filename="../../b.png"\r\nContent-Type: image/png', png],
  ['name="mask"; filename="m.png"\r\nContent-Type: text/html', png],
  ['name="partial_images"', '2'],
  ['name="stream"', 'true'],
  ['name="n"', '-1'],
  ['name="__proto__"', 'x'],
]

const tool = {
  type: 'function',
  function: {
    name: 'lookup',
    description: 'x',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
}
const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }
const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false }

/** What each route takes. */
const valid: readonly { readonly path: string; readonly body: object }[] = [
  {
    path: '/v1/chat/completions',
    body: {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'text', text: 'Hello' }, picture] },
        {
          role: 'assistant',
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'lookup', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: 'sunny' },
      ],
      tools: [tool],
      tool_choice: 'auto',
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 20,
      temperature: 1,
      stop: ['x'],
      metadata: { a: 'b' },
    },
  },
  {
    path: '/v1/chat/completions',
    body: {
      messages: [{ role: 'user', content: 'Hello' }],
      response_format: { type: 'json_schema', json_schema: { name: 'x', strict: true, schema } },
      n: 1,
      seed: 7,
      top_p: 0.5,
    },
  },
  {
    path: '/v1/responses',
    body: {
      instructions: 'Be brief.',
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'Hello' }] },
        { type: 'function_call', call_id: 'c', name: 'lookup', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: 'sunny' },
      ],
      tools: [{ type: 'function', name: 'lookup', parameters: schema, strict: true }],
      text: { format: { type: 'json_schema', name: 'x', schema } },
      reasoning: { effort: 'low' },
      stream: true,
      max_output_tokens: 20,
    },
  },
  { path: '/v1/responses', body: { input: 'Hello', metadata: { a: 'b' }, previous_response_id: 'resp_x' } },
  {
    path: '/v1/images/generations',
    body: { prompt: 'a house', size: '64x64', partial_images: 2, stream: true, n: 1, response_format: 'b64_json' },
  },
  { path: '/v1/images/edits', body: {} },
  { path: '/v1/embeddings', body: { input: ['a', 'b'], dimensions: 8, encoding_format: 'base64' } },
]
