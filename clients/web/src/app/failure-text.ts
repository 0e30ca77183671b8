import { css, html, LitElement, nothing } from 'lit'
import type { Failure } from '../protocol/hearth-client.ts'
import type { AppContext } from './app-context.ts'
import { controlStyles } from './control-styles.ts'
import { errorText } from './error-text.ts'
import { LanguageController } from './language-controller.ts'

/** A failure as a sentence with what to do; its code, request and the words of the house are folded. */
export class HearthFailureText extends LitElement {
  static override properties = { context: { attribute: false }, failure: { attribute: false } }

  static override styles = [
    controlStyles,
    css`
      :host {
        display: block;
      }

      p {
        margin: 0;
      }

      summary {
        inline-size: fit-content;
        padding-block: var(--space-1);
        border-radius: var(--radius);
        cursor: pointer;
      }

      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0 var(--space-3);
        margin: 0;
        overflow-wrap: anywhere;
      }

      dd {
        margin: 0;
      }

      code {
        font: var(--type-code);
      }
    `,
  ]

  declare context: AppContext
  declare failure: Failure

  constructor() {
    super()
    new LanguageController(this)
  }

  override render() {
    const { translate } = this.context
    const { code, message, requestId } = this.failure
    return html`
      <p>${errorText(this.failure, translate)}</p>
      <details class="meta">
        <summary>${translate('error.details')}</summary>
        <dl>
          <dt>${translate('error.code')}</dt>
          <dd><code>${code}</code></dd>
          ${requestId === undefined ? nothing : html`<dt>${translate('error.requestId')}</dt><dd><code>${requestId}</code></dd>`}
          ${message === '' ? nothing : html`<dt>${translate('error.house')}</dt><dd lang="en">${message}</dd>`}
        </dl>
      </details>
    `
  }
}

customElements.define('hearth-failure-text', HearthFailureText)
