import { css, html, LitElement } from 'lit'
import { Monitor, Moon, Sun } from 'lucide'
import type { AppContext } from '../../app/app-context.ts'
import { controlStyles } from '../../app/control-styles.ts'
import { icon } from '../../app/icon.ts'
import { LanguageController } from '../../app/language-controller.ts'
import { languageFor, languages, type Theme, themes } from '../../app/preferences.ts'
import { settingsStyles } from './settings-styles.ts'

/** Each language in its own words. */
const languageNames = { en: 'English', de: 'Deutsch' } as const
const themeIcons = { auto: Monitor, light: Sun, dark: Moon } as const
const themeTexts = { auto: 'settings.themeAuto', light: 'settings.themeLight', dark: 'settings.themeDark' } as const

/** Language, theme and accent: each acts at once. */
export class HearthAppearance extends LitElement {
  static override properties = { context: { attribute: false } }
  static override styles = [
    controlStyles,
    settingsStyles,
    css`
      :host {
        padding: 0;
      }
    `,
  ]

  declare context: AppContext
  #leave: (() => void) | undefined

  constructor() {
    super()
    new LanguageController(this)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#leave = this.context.preferences.onChange(() => this.requestUpdate())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#leave?.()
  }

  override render() {
    const { preferences, translate } = this.context
    return html`
      <div class="card">
        ${this.#language()}
        <fieldset class="row">
          <legend>${translate('settings.theme')}</legend>
          <div class="choices">${themes.map((theme) => this.#theme(theme, theme === preferences.current.theme))}</div>
        </fieldset>
        ${this.#accent()}
      </div>
      <p class="note meta">${translate('settings.kept')}</p>
    `
  }

  #language() {
    const { preferences, translate } = this.context
    const ofBrowser = languageNames[languageFor('auto', navigator.languages)]
    const choices = [
      ['auto', translate('settings.languageAuto', { language: ofBrowser })],
      ...languages.map((language) => [language, languageNames[language]] as const),
    ] as const
    const choose = (event: Event) => {
      const chosen = event.target instanceof HTMLSelectElement ? event.target.value : 'auto'
      preferences.change({ language: languages.find((language) => language === chosen) ?? 'auto' })
    }
    return html`
      <div class="row">
        <label for="language">${translate('settings.language')}</label>
        <select id="language" class="field" @change=${choose}>
          ${choices.map(([value, text]) => html`<option value=${value} ?selected=${value === preferences.current.language}>${text}</option>`)}
        </select>
      </div>
    `
  }

  #theme(theme: Theme, isChosen: boolean) {
    const { preferences, translate } = this.context
    return html`
      <label>
        <input type="radio" name="theme" value=${theme} .checked=${isChosen} @change=${() => preferences.change({ theme })}>
        ${icon(themeIcons[theme])}${translate(themeTexts[theme])}
      </label>
    `
  }

  #accent() {
    const { preferences, translate } = this.context
    const hue = preferences.current.accentHue
    const choose = (event: Event) => {
      if (event.target instanceof HTMLInputElement) preferences.change({ accentHue: event.target.valueAsNumber })
    }
    return html`
      <div class="row">
        <label for="accent">${translate('settings.accent')}</label>
        <input
          id="accent"
          type="range"
          min="0"
          max="359"
          .value=${String(hue)}
          aria-valuetext=${translate('settings.accentValue', { hue })}
          @input=${choose}
        >
      </div>
    `
  }
}

customElements.define('hearth-appearance', HearthAppearance)
