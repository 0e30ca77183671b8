import { randomUUID } from 'node:crypto'
import { stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type AnswerState, type Shown, stepAnswer } from '../answer.ts'
import { CliError, serverError } from '../cli-error.ts'
import { cliVersion } from '../cli-version.ts'
import type { Command, Context, Input } from '../command.ts'
import type { Exit } from '../exit-codes.ts'
import { addressOptions, findHouse } from '../house-address.ts'
import { type Picture, PictureAssembly } from '../picture-assembly.ts'
import { type Outgoing, Session } from '../session.ts'

/** After Ctrl-C the server has this long to confirm the cancel, milliseconds. */
const CANCEL_MS = 3000

const streamId = 'ask'

export const ask: Command = {
  name: 'ask',
  summary: 'Asks a model and streams its answer',
  args: ['"<text>"'],
  options: {
    profile: { type: 'string', value: 'NAME', meaning: "Model profile; default: the server's (see hearth profiles)" },
    image: { type: 'string', value: 'FILE', meaning: 'Also asks for a picture and writes it there' },
    json: { type: 'boolean', meaning: 'Prints one JSON object instead of the text' },
    conversation: { type: 'string', value: 'ID', meaning: 'Goes on with a conversation' },
    instructions: { type: 'string', value: 'TEXT', meaning: "System prompt beside the profile's" },
    'max-output-tokens': { type: 'string', value: 'N', meaning: 'Longest answer, tokens' },
    ...addressOptions,
  },
  examples: [
    'hearth ask "What is the capital of France?"',
    'hearth ask --profile demo --image house.png "A red house"',
    'cat letter.txt | hearth ask --instructions "Summarise in one sentence." -',
    'hearth ask --json "Name a colour" | jq -r .text',
  ],
  run: async (input, context) => {
    const question = await questionOf(input, context)
    const picturePath = await picturePathOf(input, context)
    const house = await findHouse(input, context)
    context.terminal.progress('connecting')
    await using session = await Session.open(house, cliVersion(), context.signal)
    const answer = await converse(session, question, { context, isQuiet: input.flag('json') })
    // Awaited here: the session is closed first, and a failure meanwhile would be nobody's.
    return await finish(answer, { context, picturePath, isJson: input.flag('json') })
  },
}

type Question = Extract<Outgoing, { type: 'response.create' }>

async function questionOf(input: Input, { terminal }: Context): Promise<Question> {
  const [given = ''] = input.args
  const text = given === '-' ? await readAll(terminal.input()) : given
  if (text.trim() === '') throw new CliError('usage', 'The text is empty. See: hearth ask --help')
  const [profile, conversation, instructions, limit] = [
    'profile',
    'conversation',
    'instructions',
    'max-output-tokens',
  ].map((option) => input.text(option))
  if (limit !== undefined && !/^[1-9]\d{0,6}$/.test(limit))
    throw new CliError('usage', '--max-output-tokens takes a number')
  return {
    type: 'response.create',
    event_id: randomUUID(),
    stream_id: streamId,
    idempotency_key: randomUUID(),
    input: text,
    ...(profile === undefined ? {} : { profile }),
    ...(conversation === undefined ? {} : { conversation }),
    ...(instructions === undefined ? {} : { instructions }),
    ...(limit === undefined ? {} : { max_output_tokens: Number(limit) }),
    ...(input.text('image') === undefined ? {} : { modalities: ['text', 'image'] }),
  }
}

/** More than a frame takes is refused when it is sent; this only bounds what is read. */
const MAX_INPUT_CHARACTERS = 1_048_576

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  stream.setEncoding('utf8')
  for await (const chunk of stream) {
    text += String(chunk)
    if (text.length > MAX_INPUT_CHARACTERS) break
  }
  return text
}

/** Found out before the question is asked, not after a picture was paid for. */
async function picturePathOf(input: Input, { userDir }: Context): Promise<string | undefined> {
  const file = input.text('image')
  if (file === undefined) return undefined
  const path = resolve(userDir, file)
  const folder = await stat(dirname(path)).catch(() => undefined)
  if (folder?.isDirectory() !== true) throw new CliError('usage', `--image: there is no folder ${dirname(path)}`)
  return path
}

interface Answer {
  readonly state: AnswerState
  readonly pictures: readonly Picture[]
}

interface Listening {
  readonly context: Context
  /** Nothing is printed as it comes. */
  readonly isQuiet: boolean
}

/** Asks, shows what comes, and ends when the answer and its pictures are whole. Ctrl-C cancels the run. */
async function converse(session: Session, question: Question, listening: Listening): Promise<Answer> {
  const { signal, terminal } = listening.context
  signal.throwIfAborted()
  let timer: NodeJS.Timeout | undefined
  const cancel = (): void => {
    session.send({ type: 'response.cancel', stream_id: streamId })
    timer = setTimeout(() => session.terminate(), CANCEL_MS)
  }
  signal.addEventListener('abort', cancel, { once: true })
  try {
    session.send(question)
    return await untilWhole(session, { eventId: question.event_id ?? '', streamId, text: '' }, listening)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel)
    terminal.progress('')
  }
}

async function untilWhole(session: Session, asked: AnswerState, listening: Listening): Promise<Answer> {
  const pictures = new PictureAssembly()
  let state = asked
  for await (const arrival of session.arrivals()) {
    if (arrival.type === 'message') {
      const [next, shown] = stepAnswer(state, arrival.message)
      state = next
      if (shown.type === 'picture') pictures.announce(shown.announcement)
      else await show(shown, listening)
    } else if (arrival.frame.header.streamNo === state.created?.stream_no) {
      pictures.add(arrival.frame)
    }
    if (state.terminal !== undefined && !pictures.isWaiting()) break
  }
  return { state, pictures: pictures.finished() }
}

async function show(shown: Exclude<Shown, { type: 'picture' }>, { context, isQuiet }: Listening): Promise<void> {
  switch (shown.type) {
    case 'nothing':
      return
    case 'progress':
      return context.terminal.progress(shown.line)
    case 'refused':
      throw shown.error
    case 'text':
      if (!isQuiet) await context.terminal.write(shown.text)
  }
}

interface Wanted {
  readonly context: Context
  readonly picturePath: string | undefined
  readonly isJson: boolean
}

/** Writes what was asked for, once the answer is whole. */
async function finish({ state, pictures }: Answer, { context, picturePath, isJson }: Wanted): Promise<Exit> {
  const { terminal, signal } = context
  if (!isJson && state.text !== '' && !state.text.endsWith('\n')) await terminal.write('\n')
  if (signal.aborted) return 'interrupted'
  const image = picturePath === undefined ? undefined : { path: picturePath, picture: pictures.at(-1) }
  const failure = failureOf(state, image)
  if (failure !== undefined) throw failure
  const written = await writePicture(image)
  if (isJson) await terminal.write(`${JSON.stringify(resultOf(state, written))}\n`)
  for (const note of isJson ? [] : notesOf(state, written)) terminal.note(note)
  return 'ok'
}

interface WantedPicture {
  readonly path: string
  readonly picture: Picture | undefined
}

/** Why the command failed although the answer came; undefined when it did not. */
function failureOf({ terminal }: AnswerState, image: WantedPicture | undefined): CliError | undefined {
  if (terminal?.type === 'response.failed') return serverError(terminal.error.code, terminal.error.message)
  if (terminal?.type === 'response.cancelled') {
    return new CliError('failed', 'The run was cancelled elsewhere.', 'caller_cancelled')
  }
  if (image === undefined || image.picture !== undefined) return undefined
  return new CliError('failed', 'The answer has no picture; name a profile that draws with --profile.')
}

interface WrittenPicture {
  readonly path: string
  readonly media_type: string
  readonly byte_length: number
  readonly sha256: string
  readonly blob_id: string
}

async function writePicture(image: WantedPicture | undefined): Promise<WrittenPicture | undefined> {
  if (image?.picture === undefined) return undefined
  const { bytes, media_type, byte_length, sha256, blob_id } = image.picture
  await writeFile(image.path, bytes)
  return { path: image.path, media_type, byte_length, sha256, blob_id }
}

function notesOf({ terminal }: AnswerState, written: WrittenPicture | undefined): readonly string[] {
  const cut = terminal?.type === 'response.incomplete' ? (terminal.response.finish_reason ?? 'incomplete') : undefined
  return [
    ...(written === undefined ? [] : [`Wrote ${written.path} (${written.byte_length} bytes, ${written.media_type}).`]),
    ...(cut === undefined ? [] : [`The answer was cut (${cut}).`]),
  ]
}

/** The object of --json. */
function resultOf({ text, terminal }: AnswerState, image: WrittenPicture | undefined): object {
  const response = terminal?.response
  return {
    text,
    profile: response?.profile,
    provider: response?.provider,
    model: response?.model,
    usage: response?.usage,
    response_id: response?.id,
    conversation: response?.conversation,
    finish_reason: response?.finish_reason,
    ...(image === undefined ? {} : { image }),
  }
}
