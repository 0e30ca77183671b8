import { isRecord } from '../../../protocol/read-shape.ts'
import type { PlainKey } from '../words.ts'
import type { Field, ToolForm } from './schema-fields.ts'

/** What was written, by the name of the field; of a choice the index, of a boolean `true` or `false`, empty for none. */
export type Written = ReadonlyMap<string, string>

/** Where all arguments are one text, it is written under this name. */
export const wholeText = ''

export type Complaint = Extract<PlainKey, `wrong.${string}`>

export type ArgumentsRead =
  | { readonly status: 'ok'; readonly args: Readonly<Record<string, unknown>> }
  /** By name of the field. */
  | { readonly status: 'wrong'; readonly complaints: ReadonlyMap<string, Complaint> }

/** Only what can be told without knowing the tool; the house and the server check the rest. */
export function readArguments(form: ToolForm, written: Written): ArgumentsRead {
  if (form.kind === 'json') return readWhole(written.get(wholeText) ?? '')
  const read = form.fields.map((field) => [field.name, readField(field, written.get(field.name) ?? '')] as const)
  const complaints = read.flatMap(([name, value]) => (value.status === 'wrong' ? [[name, value.why] as const] : []))
  if (complaints.length > 0) return { status: 'wrong', complaints: new Map(complaints) }
  const given = read.flatMap(([name, value]) => (value.status === 'given' ? [[name, value.value] as const] : []))
  return { status: 'ok', args: Object.fromEntries(given) }
}

type FieldRead =
  | { readonly status: 'given'; readonly value: unknown }
  | { readonly status: 'left-out' }
  | { readonly status: 'wrong'; readonly why: Complaint }

function readWhole(text: string): ArgumentsRead {
  const value = text.trim() === '' ? {} : parsedJson(text)
  if (isRecord(value)) return { status: 'ok', args: value }
  return { status: 'wrong', complaints: new Map([[wholeText, value === undefined ? 'wrong.json' : 'wrong.object']]) }
}

function readField(field: Field, text: string): FieldRead {
  if (isEmpty(field, text)) return field.isRequired ? wrong('wrong.missing') : { status: 'left-out' }
  switch (field.kind) {
    case 'text':
      if (text.length < field.least) return wrong('wrong.short')
      return text.length > field.most ? wrong('wrong.long') : given(text)
    case 'number':
      return readNumber(text, field)
    case 'boolean':
      return given(text === 'true')
    case 'choice':
      return given(field.choices[Number(text)]?.value)
    case 'list':
      return readList(text, field)
    case 'json':
      return readJson(text, field.type)
  }
}

/** A required text may be empty where the schema does not ask for a length, and a required list may have no line. */
function isEmpty(field: Field, text: string): boolean {
  if (field.kind === 'text') return text === '' && (!field.isRequired || field.least > 0)
  if (field.kind === 'list') return text.trim() === '' && (!field.isRequired || field.least > 0)
  return text.trim() === ''
}

function readNumber(
  text: string,
  { isWhole, least, most }: { readonly isWhole: boolean; readonly least: number; readonly most: number },
): FieldRead {
  const value = Number(text.trim().replace(',', '.'))
  if (!Number.isFinite(value)) return wrong('wrong.number')
  if (isWhole && !Number.isInteger(value)) return wrong('wrong.whole')
  if (value < least) return wrong('wrong.least')
  return value > most ? wrong('wrong.most') : given(value)
}

function readList(text: string, { items, least, most }: Extract<Field, { kind: 'list' }>): FieldRead {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines.length < least) return wrong('wrong.few')
  if (lines.length > most) return wrong('wrong.many')
  if (items === 'text') return given(lines)
  const anyNumber = { isWhole: items === 'integer', least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY }
  const numbers = lines.map((line) => readNumber(line, anyNumber))
  return numbers.find(({ status }) => status === 'wrong') ?? given(numbers.map((number) => valueIn(number)))
}

const valueIn = (read: FieldRead): unknown => (read.status === 'given' ? read.value : undefined)

function readJson(text: string, type: 'object' | 'array' | 'any'): FieldRead {
  const value = parsedJson(text)
  if (value === undefined) return wrong('wrong.json')
  if (type === 'object' && !isRecord(value)) return wrong('wrong.object')
  return type === 'array' && !Array.isArray(value) ? wrong('wrong.array') : given(value)
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const given = (value: unknown): FieldRead => ({ status: 'given', value })
const wrong = (why: Complaint): FieldRead => ({ status: 'wrong', why })
