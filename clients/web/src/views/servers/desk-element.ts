import { LitElement } from 'lit'
import type { AppContext } from '../../app/app-context.ts'
import { LanguageController } from '../../app/language-controller.ts'
import type { ServersDesk } from './servers-desk.ts'

/** An element of this view: has the desk, and renders again when what the house said changes, the rights, or the language. */
export abstract class DeskElement extends LitElement {
  static override properties: Readonly<Record<string, object>> = { desk: { attribute: false } }

  declare desk: ServersDesk
  #leave: readonly (() => void)[] = []

  constructor() {
    super()
    new LanguageController(this)
  }

  get context(): AppContext {
    return this.desk.context
  }

  override connectedCallback(): void {
    super.connectedCallback()
    const renew = () => this.requestUpdate()
    this.#leave = [this.desk.book.onChange(renew), this.context.onRights(renew)]
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    for (const leave of this.#leave) leave()
  }
}
