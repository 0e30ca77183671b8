import { html, nothing } from 'lit'
import type { Words } from '../words.ts'
import type { Complaint } from './read-arguments.ts'
import type { Field } from './schema-fields.ts'

/** What a field of the form needs beside its schema. */
export interface FieldEntry {
  readonly words: Words
  /** Unique in the form. */
  readonly id: string
  readonly complaint: Complaint | undefined
}

/** A field with its label, what the schema says of it, and what is wrong. Its control carries `data-field`. */
export function fieldTemplate(field: Field, { words, id, complaint }: FieldEntry) {
  const hint = hintOf(field, words)
  const described = [
    field.description === undefined ? undefined : `${id}-text`,
    hint === '' ? undefined : `${id}-hint`,
    complaint === undefined ? undefined : `${id}-wrong`,
  ].filter((each) => each !== undefined)
  return html`
    <div class="entry">
      <label for=${id}>${field.label}${field.isRequired ? html` <span class="needed">(${words('tryRequired')})</span>` : nothing}</label>
      ${field.description === undefined ? nothing : html`<p class="meta plain" id="${id}-text">${field.description}</p>`}
      ${controlOf(field, { words, id, isWrong: complaint !== undefined, describedBy: described.join(' ') })}
      ${hint === '' ? nothing : html`<p class="meta" id="${id}-hint">${hint}</p>`}
      ${complaint === undefined ? nothing : html`<p class="wrong" id="${id}-wrong">${words(complaint)}</p>`}
    </div>
  `
}

interface Control {
  readonly words: Words
  readonly id: string
  readonly isWrong: boolean
  readonly describedBy: string
}

function controlOf(field: Field, control: Control) {
  switch (field.kind) {
    case 'boolean':
      return selectOf(field, control, [
        { value: 'true', text: control.words('tryYes') },
        { value: 'false', text: control.words('tryNo') },
      ])
    case 'choice':
      return selectOf(
        field,
        control,
        field.choices.map(({ text }, index) => ({ value: String(index), text })),
      )
    case 'number':
      return inputOf(field, control, 'decimal')
    case 'text':
      return field.format === undefined ? textOf(field, control) : inputOf(field, control, 'text')
    case 'list':
    case 'json':
      return textOf(field, control)
  }
}

const inputOf = ({ initial, name }: Field, { id, isWrong, describedBy }: Control, mode: 'decimal' | 'text') => html`
  <input
    class="field"
    type="text"
    id=${id}
    data-field=${name}
    inputmode=${mode}
    autocomplete="off"
    spellcheck="false"
    aria-invalid=${String(isWrong)}
    aria-describedby=${describedBy === '' ? nothing : describedBy}
    .defaultValue=${initial}
  >
`

const textOf = ({ initial, name }: Field, { id, isWrong, describedBy }: Control) => html`
  <textarea
    class="field"
    id=${id}
    data-field=${name}
    rows="1"
    autocomplete="off"
    spellcheck="false"
    aria-invalid=${String(isWrong)}
    aria-describedby=${describedBy === '' ? nothing : describedBy}
    .defaultValue=${initial}
  ></textarea>
`

interface Option {
  readonly value: string
  readonly text: string
}

const selectOf = (
  { initial, name }: Field,
  { words, id, isWrong, describedBy }: Control,
  options: readonly Option[],
) => html`
  <select
    class="field"
    id=${id}
    data-field=${name}
    aria-invalid=${String(isWrong)}
    aria-describedby=${describedBy === '' ? nothing : describedBy}
  >
    <option value="" ?selected=${initial === ''}>${words('tryNone')}</option>
    ${options.map(({ value, text }) => html`<option value=${value} ?selected=${value === initial}>${text}</option>`)}
  </select>
`

function hintOf(field: Field, words: Words): string {
  switch (field.kind) {
    case 'text':
      return [
        field.format === undefined ? undefined : words('tryFormat', { format: field.format }),
        field.pattern === undefined ? undefined : words('tryPattern', { pattern: field.pattern }),
      ]
        .filter((hint) => hint !== undefined)
        .join(' · ')
    case 'number':
      return rangeOf(field, words)
    case 'list':
      return words('tryLines')
    case 'json':
      return words('tryJson')
    case 'boolean':
    case 'choice':
      return ''
  }
}

function rangeOf({ least, most }: { readonly least: number; readonly most: number }, words: Words): string {
  if (Number.isFinite(least) && Number.isFinite(most)) return words('tryRange', { least, most })
  if (Number.isFinite(least)) return words('tryLeast', { least })
  return Number.isFinite(most) ? words('tryMost', { most }) : ''
}
