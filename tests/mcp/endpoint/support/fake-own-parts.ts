import type { OwnParts } from '../../../../services/mcp/endpoint/endpoint-deps.ts'
import type { OwnResourceNews, OwnTool } from '../../../../services/mcp/endpoint/own-parts.ts'

/** `hearth_echo` for everybody, `hearth_admin` for admins, `hearth_call_tool`, and `hearth://mine` of each principal. */
export class FakeOwnParts implements OwnParts {
  readonly tools: readonly OwnTool[] = [
    {
      definition: {
        name: 'hearth_echo',
        description: 'Says what it was told',
        inputSchema: {
          type: 'object',
          properties: { text: { type: 'string' } },
          required: ['text'],
          additionalProperties: false,
        },
      },
      anyOf: [],
      call: async ({ text }) => ({ content: [{ type: 'text', text: String(text) }] }),
    },
    {
      definition: { name: 'hearth_admin', description: 'For admins', inputSchema: { type: 'object' } },
      anyOf: ['admin'],
      call: async () => ({ content: [] }),
    },
    {
      definition: {
        name: 'hearth_call_tool',
        description: 'Calls a tool',
        inputSchema: {
          type: 'object',
          properties: { name: { type: 'string' }, arguments: { type: 'object' } },
          required: ['name'],
        },
      },
      anyOf: [],
      call: async () => Promise.reject(new Error('the endpoint unwraps it')),
    },
  ]
  news: OwnResourceNews | undefined
  readonly resources: OwnParts['resources'] = {
    list: async ({ id }) => [{ uri: 'hearth://mine', name: `of ${id}` }],
    templates: [{ uriTemplate: 'hearth://things/{name}', name: 'things' }],
    read: async (uri, { id }) => (uri === 'hearth://mine' ? { contents: [{ uri, text: `of ${id}` }] } : undefined),
    complete: async (_template, variable, value) => [`${variable}:${value}`],
    watch: (news) => {
      this.news = news
      const forget = (): void => {
        this.news = undefined
      }
      return { [Symbol.dispose]: forget }
    },
  }
}
