import { setTimeout as sleep } from 'node:timers/promises'
import { type CallToolResult, fromJsonSchema, type McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { samplePng, sampleWav } from './samples.ts'

const text = (value: string): CallToolResult => ({ content: [{ type: 'text', text: value }] })
const noArguments = z.object({})

const embedded = {
  uri: 'test://embedded-resource',
  mimeType: 'text/plain',
  text: 'This is an embedded resource content.',
}
const mixed = {
  uri: 'test://mixed-content-resource',
  mimeType: 'application/json',
  text: JSON.stringify({ test: 'data', value: 123 }),
}
const picture = { type: 'image' as const, data: samplePng, mimeType: 'image/png' }

/** Tools that answer with each kind of content. */
export function addContentTools(server: McpServer): void {
  const answers: Readonly<Record<string, CallToolResult>> = {
    test_simple_text: text('This is a simple text response for testing.'),
    test_image_content: { content: [picture] },
    test_audio_content: { content: [{ type: 'audio', data: sampleWav(), mimeType: 'audio/wav' }] },
    test_embedded_resource: { content: [{ type: 'resource', resource: embedded }] },
    test_multiple_content_types: {
      content: [{ type: 'text', text: 'Multiple content types test:' }, picture, { type: 'resource', resource: mixed }],
    },
    test_streaming_elicitation: text('Nothing was asked on the way.'),
  }
  for (const [name, answer] of Object.entries(answers)) {
    server.registerTool(name, { description: `Conformance: ${name}`, inputSchema: noArguments }, () => answer)
  }
  server.registerTool('test_error_handling', { description: 'Fails', inputSchema: noArguments }, () => {
    throw new Error('This tool intentionally returns an error for testing')
  })
}

/** Tools that tell of themselves while they work. */
export function addTellingTools(server: McpServer): void {
  const says = (name: string, messages: readonly string[]): void => {
    server.registerTool(name, { description: 'Logs', inputSchema: noArguments }, async (_args, { mcpReq }) => {
      for (const message of messages) {
        await mcpReq.log('info', message)
        await sleep(20)
      }
      return text('Tool with logging executed successfully')
    })
  }
  says('test_logging_tool', ['test_logging_tool ran'])
  says('test_tool_with_logging', ['Tool execution started', 'Tool processing data', 'Tool execution completed'])
  server.registerTool(
    'test_tool_with_progress',
    { description: 'Reports progress', inputSchema: noArguments },
    async (_args, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken
      for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
        const message = `Completed step ${progress} of 100`
        await mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress, total: 100, message },
        })
        await sleep(20)
      }
      return text(String(progressToken ?? 'no token'))
    },
  )
}

/** Tools whose schemas say something unusual. */
export function addSchemaTools(server: McpServer): void {
  server.registerTool(
    'test_x_mcp_header',
    {
      description: 'Has an argument that travels as a header too (SEP-2243)',
      inputSchema: fromJsonSchema<{ region?: string }>(withHeader),
    },
    ({ region }) => text(`region=${region ?? 'none'}`),
  )
  server.registerTool(
    'json_schema_2020_12_tool',
    { description: 'Has every keyword of JSON Schema 2020-12 (SEP-1613, SEP-2106)', inputSchema: fromJsonSchema(wide) },
    (args) => text(JSON.stringify(args)),
  )
}

const region: object = { type: 'string', 'x-mcp-header': 'Region' }
const withHeader = { type: 'object' as const, properties: { region, level: { type: 'integer' } } }

const wide = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object' as const,
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object' as const,
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
}
