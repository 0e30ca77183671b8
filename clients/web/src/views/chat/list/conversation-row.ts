import { html, nothing } from 'lit'
import { Pencil, Trash } from 'lucide'
import { formatRoute } from '../../../app/route.ts'
import { splitSnippet } from '../../../app/split-snippet.ts'
import type { Translate } from '../../../app/translate.ts'
import type { Conversation } from '../../../protocol/rest-api.ts'

/** One line of the list, and what came with it from a search. */
export interface Row {
  readonly conversation: Conversation
  readonly messageId?: string | undefined
  readonly snippet?: string | undefined
}

export interface RowLook {
  readonly translate: Translate
  readonly isSelected: boolean
  /** The one row that Tab reaches; arrows reach the others. */
  readonly isInTabOrder: boolean
  readonly isLive: boolean
  readonly isBeingRenamed: boolean
}

export interface RowActs {
  startRename(): void
  endRename(title: string | undefined): void
  remove(): void
}

export function rowTemplate(row: Row, look: RowLook, acts: RowActs) {
  const { conversation } = row
  return html`
    <li class=${look.isSelected ? 'selected' : ''} data-id=${conversation.id}>
      ${look.isBeingRenamed ? renameTemplate(conversation, look, acts) : linkTemplate(row, look, acts)}
    </li>
  `
}

export function titleOf(conversation: Conversation, translate: Translate): string {
  return conversation.title.trim() === '' ? translate('list.untitled') : conversation.title
}

function linkTemplate({ conversation, messageId, snippet }: Row, look: RowLook, acts: RowActs) {
  const { translate } = look
  const title = titleOf(conversation, translate)
  const route = {
    view: 'chat',
    conversation: conversation.id,
    ...(messageId === undefined ? {} : { message: messageId }),
  } as const
  const tabIndex = look.isInTabOrder ? 0 : -1
  return html`
    <a
      href=${formatRoute(route)}
      title=${title}
      tabindex=${tabIndex}
      aria-current=${look.isSelected ? 'page' : nothing}
      aria-keyshortcuts="F2 Delete"
    >
      <span class="name">${title}</span>
      ${look.isLive ? html`<span class="live"><span class="unseen">${translate('list.live')}</span></span>` : nothing}
      ${snippet === undefined ? nothing : snippetTemplate(snippet)}
    </a>
    <hearth-menu
      .label=${translate('list.actions', { title })}
      .reach=${tabIndex}
      .items=${[
        { text: translate('list.rename'), icon: Pencil, run: acts.startRename },
        { text: translate('list.delete'), icon: Trash, tone: 'danger', run: acts.remove },
      ]}
    ></hearth-menu>
  `
}

/** The house's text goes in as text; only what stood between its marks is marked. */
function snippetTemplate(snippet: string) {
  const pieces = splitSnippet(snippet)
  return html`<span class="snippet meta">${pieces.map(({ text, found }) => (found ? html`<mark>${text}</mark>` : text))}</span>`
}

function renameTemplate(conversation: Conversation, { translate }: RowLook, acts: RowActs) {
  const textOf = (event: Event) => (event.currentTarget instanceof HTMLInputElement ? event.currentTarget.value : '')
  const onKey = (event: KeyboardEvent) => {
    event.stopPropagation()
    if (event.key === 'Escape') acts.endRename(undefined)
    if (event.key === 'Enter' && !event.isComposing) acts.endRename(textOf(event))
  }
  return html`
    <form @submit=${(event: Event) => event.preventDefault()}>
      <input
        class="field"
        type="text"
        maxlength="200"
        autocomplete="off"
        aria-label=${translate('list.renameField')}
        .value=${conversation.title}
        @keydown=${onKey}
        @blur=${(event: Event) => acts.endRename(textOf(event))}
      >
    </form>
  `
}
