import { LitElement } from 'lit'
import type { AppContext } from '../../app/app-context.ts'
import { LanguageController } from '../../app/language-controller.ts'
import type { ServersDesk } from './servers-desk.ts'

/** An element of this view: has the desk, and renders again when what the house said changes, or the language. */
export abstract class DeskElement extends LitElement {
  static override properties: Readonly<Record<string, object>> = { desk: { attribute: false } }

  declare desk: ServersDesk
  #leave: (() => void) | undefined

  constructor() {
    super()
    new LanguageController(this)
  }

  get context(): AppContext {
    return this.desk.context
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#leave = this.desk.book.onChange(() => this.requestUpdate())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#leave?.()
  }
}
