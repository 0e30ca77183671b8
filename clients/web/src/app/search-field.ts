import { css, html, nothing, type TemplateResult } from 'lit'
import { Search, X } from 'lucide'
import { icon } from './icon.ts'

/** For elements that show a `searchField`, beside `controlStyles`. */
export const searchFieldStyles = css`
  .search {
    position: relative;
  }

  .search > .icon {
    position: absolute;
    inset-block: 0;
    inset-inline-start: var(--space-2);
    margin-block: auto;
    color: var(--muted);
    pointer-events: none;
  }

  .search .field {
    padding-inline: calc(var(--icon) + var(--space-4)) var(--control);
    font: var(--type-label);
  }

  .search .field::-webkit-search-cancel-button {
    display: none;
  }

  .search button {
    position: absolute;
    inset-block: 0;
    inset-inline-end: 0;
  }
`

export interface SearchFieldOptions {
  readonly label: string
  readonly clearLabel: string
  /** Is there anything to clear? */
  readonly isFilled: boolean
  readonly onInput: (text: string) => void
  readonly onKey: (event: KeyboardEvent) => void
}

/** A field to search by, with a button that empties it and leaves the focus in it. */
export const searchField = ({
  label,
  clearLabel,
  isFilled,
  onInput,
  onKey,
}: SearchFieldOptions): TemplateResult => html`
  <search class="search">
    ${icon(Search)}
    <input
      class="field"
      type="search"
      autocomplete="off"
      enterkeyhint="search"
      aria-label=${label}
      placeholder=${label}
      @input=${({ currentTarget }: Event) => currentTarget instanceof HTMLInputElement && onInput(currentTarget.value)}
      @keydown=${onKey}
    >
    ${
      isFilled
        ? html`<button type="button" class="quiet square" aria-label=${clearLabel} @click=${clear(onInput)}>${icon(X)}</button>`
        : nothing
    }
  </search>
`

const clear =
  (onInput: SearchFieldOptions['onInput']) =>
  ({ currentTarget }: Event): void => {
    const input = currentTarget instanceof Element ? currentTarget.closest('search')?.querySelector('input') : undefined
    if (input instanceof HTMLInputElement) input.value = ''
    input?.focus()
    onInput('')
  }
