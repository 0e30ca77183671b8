import {
  acceptedContent,
  type GetPromptResult,
  type InputRequiredResult,
  inputRequired,
  type McpServer,
  type PromptMessage,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { asks } from './questions.ts'
import { samplePng } from './samples.ts'

const user = (content: PromptMessage['content']): PromptMessage => ({ role: 'user', content })
const text = (value: string): PromptMessage => user({ type: 'text', text: value })

export function addPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'No arguments' }, () => ({
    messages: [text('This is a simple prompt for testing.')],
  }))
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'Two arguments', argsSchema: z.object({ arg1: z.string(), arg2: z.string() }) },
    ({ arg1, arg2 }) => ({ messages: [text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)] }),
  )
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'Embeds a resource', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri: uri }) => ({
      messages: [
        user({
          type: 'resource',
          resource: { uri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
        }),
        text('Please process the embedded resource above.'),
      ],
    }),
  )
  server.registerPrompt('test_prompt_with_image', { description: 'Has a picture' }, () => ({
    messages: [
      user({ type: 'image', data: samplePng, mimeType: 'image/png' }),
      text('Please analyze the image above.'),
    ],
  }))
  // A prompt without arguments gets the context as its only one, which the types of the SDK do not say.
  const asking = (context: unknown): GetPromptResult | InputRequiredResult => {
    const { mcpReq } = context as ServerContext
    const said = acceptedContent<{ context: string }>(mcpReq.inputResponses, 'user_context')?.context
    return said === undefined
      ? inputRequired({ inputRequests: { user_context: asks.form('Which context?', asks.text('context')) } })
      : { messages: [text(`Use the following context: ${said}`)] }
  }
  server.registerPrompt('test_input_required_result_prompt', { description: 'Asks first' }, asking)
}

export function addResources(server: McpServer): void {
  const plain = (name: string, said: string): void => {
    const uri = `test://${name}`
    server.registerResource(name, uri, { description: name, mimeType: 'text/plain' }, () => ({
      contents: [{ uri, mimeType: 'text/plain', text: said }],
    }))
  }
  plain('static-text', 'This is the content of the static text resource.')
  plain('watched-resource', 'Watched resource content')
  server.registerResource('static-binary', 'test://static-binary', { mimeType: 'image/png' }, ({ href }) => ({
    contents: [{ uri: href, mimeType: 'image/png', blob: samplePng }],
  }))
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { mimeType: 'application/json' },
    ({ href }, { id }) => ({
      contents: [
        {
          uri: href,
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
        },
      ],
    }),
  )
}
