import {
  acceptedContent,
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type InputRequests,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type McpServer,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { asks, type FormSchema } from './questions.ts'

type Answer = CallToolResult | InputRequiredResult
type Request = ServerContext['mcpReq']
type States = RequestStateCodec<object>

const text = (value: string): CallToolResult => ({ content: [{ type: 'text', text: value }] })
const noArguments = z.object({})

/** Tools of the revisions before 2026-07-28 that ask in the middle; the SDK turns their questions into requests there. */
export function addQuestionTools(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    { description: 'Asks the model of the client', inputSchema: z.object({ prompt: z.string() }) },
    ({ prompt }, { mcpReq }): Answer => {
      const said = sampled(mcpReq, 'completion')
      return said === undefined
        ? inputRequired({ inputRequests: { completion: asks.model(prompt) } })
        : text(`LLM response: ${said}`)
    },
  )
  server.registerTool(
    'test_elicitation',
    { description: 'Asks the person', inputSchema: z.object({ message: z.string() }) },
    ({ message }, { mcpReq }): Answer => elicit(mcpReq, message, asks.text('response'), 'User response'),
  )
  const forms: Readonly<Record<string, FormSchema>> = {
    test_elicitation_sep1034_defaults: asks.defaults,
    test_elicitation_sep1330_enums: asks.enums,
  }
  for (const [name, schema] of Object.entries(forms)) {
    server.registerTool(
      name,
      { description: `Conformance: ${name}`, inputSchema: noArguments },
      (_args, { mcpReq }): Answer => elicit(mcpReq, 'Please fill in the form', schema, 'Elicitation completed'),
    )
  }
}

function elicit(mcpReq: Request, message: string, schema: FormSchema, done: string): Answer {
  const view = inputResponse(mcpReq.inputResponses, 'form')
  if (view.kind !== 'elicit') return inputRequired({ inputRequests: { form: asks.form(message, schema) } })
  const content = view.action === 'accept' ? (view.content ?? {}) : {}
  return text(`${done}: action=${view.action}, content=${JSON.stringify(content)}`)
}

/** Multi-round-trip requests (SEP-2322): a tool asks until it has what it needs. */
export function addInputRequiredTools(server: McpServer, states: States): void {
  const tool = (name: string, answer: (mcpReq: Request) => Answer | Promise<Answer>): void => {
    server.registerTool(name, { description: `Conformance: ${name}`, inputSchema: noArguments }, (_args, { mcpReq }) =>
      answer(mcpReq),
    )
  }
  tool('test_missing_capability', (mcpReq) =>
    sampled(mcpReq, 'answer') === undefined
      ? inputRequired({ inputRequests: { answer: asks.model('Say pong') } })
      : text('sampled'),
  )
  tool('test_input_required_result_elicitation', ({ inputResponses }) => {
    const name = nameIn(inputResponses, 'user_name')
    return name === undefined ? inputRequired({ inputRequests: { user_name: asks.name } }) : text(`Hello, ${name}!`)
  })
  tool('test_input_required_result_sampling', (mcpReq) => {
    const said = sampled(mcpReq, 'capital_question')
    return said === undefined
      ? inputRequired({ inputRequests: { capital_question: asks.model('What is the capital of France?') } })
      : text(`Sampling response: ${said}`)
  })
  tool('test_input_required_result_list_roots', (mcpReq) => {
    const roots = rootsIn(mcpReq, 'client_roots')
    return roots === undefined
      ? inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
      : text(`${roots} roots`)
  })
  tool('test_input_required_result_multiple_inputs', (mcpReq) => severalAtOnce(mcpReq, states))
  tool('test_input_required_result_multi_round', (mcpReq) => roundByRound(mcpReq, states))
  tool('test_input_required_result_capabilities', whatIsDeclared)
  for (const name of ['test_input_required_result_request_state', 'test_input_required_result_tampered_state']) {
    tool(name, async (mcpReq) => {
      const confirmed = acceptedContent<{ ok: boolean }>(mcpReq.inputResponses, 'confirm')
      if (confirmed !== undefined && mcpReq.requestState() !== undefined) return text('state-ok: the state is ours')
      const confirm = asks.form('Please confirm', {
        type: 'object',
        properties: { ok: { type: 'boolean' } },
        required: ['ok'],
      })
      return inputRequired({ inputRequests: { confirm }, requestState: await states.mint({ tool: name }) })
    })
  }
}

async function severalAtOnce(mcpReq: Request, states: States): Promise<Answer> {
  const name = nameIn(mcpReq.inputResponses, 'user_name')
  const greeting = sampled(mcpReq, 'greeting')
  const roots = rootsIn(mcpReq, 'client_roots')
  if (name !== undefined && greeting !== undefined && roots !== undefined) {
    return text(`${greeting} ${name}, ${roots} roots`)
  }
  return inputRequired({
    inputRequests: {
      user_name: asks.name,
      greeting: asks.model('Generate a greeting'),
      client_roots: inputRequired.listRoots(),
    },
    requestState: await states.mint({ tool: 'multiple_inputs' }),
  })
}

async function roundByRound({ inputResponses, requestState }: Request, states: States): Promise<Answer> {
  const state = requestState<{ round: number; name?: string }>()
  if (state?.round === 2) {
    const color = acceptedContent<{ color: string }>(inputResponses, 'step2')?.color
    return text(`Multi-round complete: ${state.name} likes ${color}`)
  }
  if (state?.round === 1) {
    const name = nameIn(inputResponses, 'step1') ?? 'unknown'
    const step2 = asks.form('Step 2: What is your favorite color?', asks.text('color'))
    return inputRequired({ inputRequests: { step2 }, requestState: await states.mint({ round: 2, name }) })
  }
  const step1 = asks.form('Step 1: What is your name?', asks.text('name'))
  return inputRequired({ inputRequests: { step1 }, requestState: await states.mint({ round: 1 }) })
}

function whatIsDeclared({ envelope, inputResponses }: Request): Answer {
  if (inputResponses !== undefined) return text('answered')
  const declared = declaredIn(envelope)
  const inputRequests: InputRequests = {
    ...(declared?.elicitation === undefined ? {} : { user_name: asks.name }),
    ...(declared?.sampling === undefined ? {} : { greeting: asks.model('Generate a short greeting') }),
    ...(declared?.roots === undefined ? {} : { client_roots: inputRequired.listRoots() }),
  }
  return Object.keys(inputRequests).length === 0 ? text('nothing can be asked') : inputRequired({ inputRequests })
}

/** The type of an envelope says nothing of what is in it. */
const declaredIn = (envelope: Readonly<Record<string, unknown>> | undefined): ClientCapabilities | undefined =>
  envelope?.[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined

const nameIn = (responses: Request['inputResponses'], key: string): string | undefined => {
  const name: unknown = acceptedContent<{ name: unknown }>(responses, key)?.name
  return typeof name === 'string' ? name : undefined
}

function sampled({ inputResponses }: Request, key: string): string | undefined {
  const view = inputResponse(inputResponses, key)
  if (view.kind !== 'sampling') return undefined
  const { content } = view.result
  const block = Array.isArray(content) ? content[0] : content
  return block?.type === 'text' ? block.text : JSON.stringify(block)
}

function rootsIn({ inputResponses }: Request, key: string): number | undefined {
  const view = inputResponse(inputResponses, key)
  return view.kind === 'roots' ? view.roots.length : undefined
}
