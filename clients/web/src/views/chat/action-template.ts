import { html, nothing } from 'lit'
import { guard } from 'lit/directives/guard.js'
import type { IconNode } from 'lucide'
import { icon } from '../../app/icon.ts'

export interface Action {
  readonly icon: IconNode
  readonly label: string
  readonly isExpanded?: boolean
  readonly isDisabled?: boolean
  /** @param button that was pressed. */
  run(button: HTMLElement): unknown
}

/** A quiet button with an icon and a name. */
export function actionTemplate({ icon: node, label, isExpanded, isDisabled, run }: Action) {
  return html`
    <button
      type="button"
      class="quiet square action"
      aria-label=${label}
      title=${label}
      aria-expanded=${isExpanded ?? nothing}
      ?disabled=${isDisabled === true}
      @click=${(event: Event) => event.currentTarget instanceof HTMLElement && run(event.currentTarget)}
    >
      ${guard([node], () => icon(node))}
    </button>
  `
}
