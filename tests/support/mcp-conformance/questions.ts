import { type ElicitRequestFormParams, inputRequired } from '@modelcontextprotocol/server'

export type FormSchema = ElicitRequestFormParams['requestedSchema']

const text = (field: string): FormSchema => ({
  type: 'object',
  properties: { [field]: { type: 'string' } },
  required: [field],
})

const form = (message: string, requestedSchema: FormSchema) => inputRequired.elicit({ message, requestedSchema })

const options = ['option1', 'option2', 'option3']
const titled = (kind: string): { const: string; title: string }[] =>
  ['First', 'Second', 'Third'].map((title, index) => ({ const: `value${index + 1}`, title: `${title} ${kind}` }))

/** Every way of the specification to offer a choice (SEP-1330). */
const enums: FormSchema = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: options },
    titledSingle: { type: 'string', oneOf: titled('Option') },
    legacyEnum: {
      type: 'string',
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', minItems: 1, maxItems: 3, items: { type: 'string', enum: options } },
    titledMulti: { type: 'array', minItems: 1, maxItems: 3, items: { anyOf: titled('Choice') } },
  },
  required: [],
}

/** A default of every primitive kind (SEP-1034). */
const defaults: FormSchema = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'User name', default: 'John Doe' },
    age: { type: 'integer', description: 'User age', default: 30 },
    score: { type: 'number', description: 'User score', default: 95.5 },
    status: { type: 'string', description: 'User status', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', description: 'Verification status', default: true },
  },
  required: [],
}

/** What the fixture asks clients for. */
export const asks = {
  text,
  form,
  enums,
  defaults,
  name: form('What is your name?', text('name')),
  model: (prompt: string) =>
    inputRequired.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: prompt } }],
      maxTokens: 100,
    }),
} as const
