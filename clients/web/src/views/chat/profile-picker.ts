import { css, html, LitElement, nothing } from 'lit'
import { live } from 'lit/directives/live.js'
import type { AppContext } from '../../app/app-context.ts'
import { controlStyles } from '../../app/control-styles.ts'
import { LanguageController } from '../../app/language-controller.ts'
import type { ProfileView } from '../../protocol/hearth-client.ts'

/** Which profile answers. Fires `change`; `selected` is then the name chosen. */
export class HearthProfilePicker extends LitElement {
  static override properties = {
    context: { attribute: false },
    profiles: { attribute: false },
    selected: { attribute: false },
  }

  static override styles = [
    controlStyles,
    css`
      :host {
        display: block;
        min-inline-size: 0;
      }

      select.field {
        inline-size: auto;
        max-inline-size: 100%;
        border-color: transparent;
        background: transparent;
        color: var(--muted);
        font: var(--type-label);
        text-overflow: ellipsis;
        cursor: pointer;
      }

      select.field:hover:enabled {
        background: var(--hover);
        color: var(--text);
      }

      option {
        background: var(--surface);
        color: var(--text);
      }
    `,
  ]

  declare context: AppContext
  declare profiles: readonly ProfileView[]
  declare selected: string | undefined

  constructor() {
    super()
    this.profiles = []
    new LanguageController(this)
  }

  override render() {
    const { translate } = this.context
    const description = this.profiles.find(({ name }) => name === this.selected)?.description ?? ''
    return html`
      <select
        class="field"
        aria-label=${translate('composer.profile')}
        title=${description === '' ? nothing : description}
        ?disabled=${this.profiles.length === 0}
        .value=${live(this.selected ?? '')}
        @change=${this.#onChange}
      >
        ${this.profiles.length === 0 ? html`<option value="">${translate('composer.profileMissing')}</option>` : nothing}
        ${this.profiles.map(({ name }) => html`<option value=${name} ?selected=${name === this.selected}>${name}</option>`)}
      </select>
    `
  }

  readonly #onChange = (event: Event): void => {
    if (!(event.target instanceof HTMLSelectElement)) return
    this.selected = event.target.value
    this.dispatchEvent(new Event('change'))
  }
}

customElements.define('hearth-profile-picker', HearthProfilePicker)
