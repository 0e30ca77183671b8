import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { Download, Expand, ImageOff, X } from 'lucide'
import type { AppContext } from '../../app/app-context.ts'
import { controlStyles } from '../../app/control-styles.ts'
import { icon } from '../../app/icon.ts'
import { LanguageController } from '../../app/language-controller.ts'
import type { PicturePart } from './answer-view.ts'
import { type PictureFrame, PictureFrames } from './picture-frames.ts'
import { pictureStyles } from './picture-styles.ts'

/** How far below the edge a picture is fetched, before it is scrolled to. */
const fetchMargin = '400px'

/**
 * A picture that sharpens: its box is final from the first version on, each further one fades in over the last. `thumb`
 * shows it small. The host has `data-steps`: which version is shown.
 */
export class HearthPicture extends LitElement {
  static override properties = {
    context: { attribute: false },
    picture: { attribute: false },
    alt: {},
    thumb: { type: Boolean, reflect: true },
    isMissing: { state: true },
  }

  static override styles = [controlStyles, pictureStyles]

  declare context: AppContext
  declare picture: PicturePart
  declare alt: string
  declare thumb: boolean
  declare private isMissing: boolean
  readonly #frames = new PictureFrames(URL)
  #fetching: AbortController | undefined
  #observer: IntersectionObserver | undefined
  /** Width and height of the first version: the box. */
  #box: { readonly width: number; readonly height: number } | undefined

  constructor() {
    super()
    this.alt = ''
    this.thumb = false
    this.isMissing = false
    new LanguageController(this)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && this.#fetch(),
      { rootMargin: fetchMargin },
    )
    this.#observer.observe(this)
    this.requestUpdate('picture')
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#observer?.disconnect()
    this.#fetching?.abort()
    this.#fetching = undefined
    this.#frames.clear()
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('picture') || !this.isConnected) return
    const { picture, steps } = this.picture
    if (picture !== undefined) this.#frames.show(picture, Math.max(1, steps))
    else if (this.hasUpdated) this.#fetch()
  }

  override render() {
    const newest = this.#frames.frames.at(-1)
    if (this.isMissing) return this.#missing()
    if (newest === undefined) return this.#placeholder()
    return html`
      <figure>
        <button type="button" class="open" aria-label=${`${this.alt}. ${this.context.translate('chat.pictureOpen')}`} @click=${this.#open}>
          <span class="box">${repeat(
            this.#frames.frames,
            ({ url }) => url,
            (frame) => this.#image(frame, newest),
          )}</span>
        </button>
        ${this.thumb || this.picture.isGrowing ? nothing : this.#actions(newest)}
      </figure>
      ${this.#fullSize(newest)}
    `
  }

  #image({ url }: PictureFrame, newest: PictureFrame) {
    const isNewest = url === newest.url
    return html`
      <img
        src=${url}
        alt=${isNewest ? this.alt : ''}
        width=${this.#box?.width ?? nothing}
        height=${this.#box?.height ?? nothing}
        decoding="async"
        @load=${this.#onLoad}
        @error=${this.#onError}
        @animationend=${() => isNewest && this.#onFaded()}
      />
    `
  }

  #actions({ url, mediaType }: PictureFrame) {
    const { translate } = this.context
    return html`
      <figcaption>
        <button type="button" class="quiet square" aria-label=${translate('chat.pictureOpen')} title=${translate('chat.pictureOpen')} @click=${this.#open}>
          ${icon(Expand)}
        </button>
        <a class="button quiet square" href=${url} download=${fileName(this.alt, mediaType)} aria-label=${translate('chat.pictureDownload')} title=${translate('chat.pictureDownload')}>
          ${icon(Download)}
        </a>
      </figcaption>
    `
  }

  #fullSize({ url }: PictureFrame) {
    const close = () => this.renderRoot.querySelector('dialog')?.close()
    return html`
      <dialog aria-label=${this.alt} @click=${close}>
        <img src=${url} alt=${this.alt} />
        <button type="button" class="square" aria-label=${this.context.translate('app.close')} @click=${close}>${icon(X)}</button>
      </dialog>
    `
  }

  #placeholder() {
    return html`<div class="box empty" role="img" aria-label=${this.context.translate('chat.pictureDrawing')}></div>`
  }

  #missing() {
    const { translate } = this.context
    const retry = () => {
      this.isMissing = false
      this.#fetch()
    }
    return html`
      <p class="missing meta">
        ${icon(ImageOff)}<span>${translate('chat.pictureMissing')}</span>
        <button type="button" class="quiet" @click=${retry}>${translate('app.tryAgain')}</button>
      </p>
    `
  }

  #open(): void {
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  #onLoad(event: Event): void {
    const image = event.target
    if (!(image instanceof HTMLImageElement)) return
    if (this.#box === undefined) {
      this.#box = { width: image.naturalWidth, height: image.naturalHeight }
      this.requestUpdate()
    }
    image.classList.add('loaded')
    this.dataset['steps'] = String(this.#frames.frames.at(-1)?.step ?? 0)
  }

  #onError(): void {
    this.isMissing = true
    this.#frames.clear()
  }

  #onFaded(): void {
    this.#frames.settle()
    this.requestUpdate()
  }

  #fetch(): void {
    const { picture, blobId, steps } = this.picture
    if (picture !== undefined || blobId === undefined || this.#fetching !== undefined || this.isMissing) return
    const fetching = new AbortController()
    this.#fetching = fetching
    void this.context.client.rest.getBlob(blobId, fetching.signal).then(
      ({ mediaType, bytes }) => {
        if (fetching.signal.aborted) return
        this.#frames.show({ mediaType, bytes: new Uint8Array(bytes) }, Math.max(1, steps))
        this.requestUpdate()
      },
      () => {
        if (fetching.signal.aborted) return
        this.#fetching = undefined
        this.isMissing = this.#frames.frames.length === 0
      },
    )
  }
}

/** A name for the file: the beginning of what the picture shows. */
function fileName(alt: string, mediaType: string): string {
  const words = alt.normalize('NFC').match(/[\p{L}\p{N}]+/gu) ?? []
  return `${words.slice(0, 8).join('-').toLowerCase() || 'picture'}.${mediaType.replace(/^image\/(?:x-)?/, '').replace('jpeg', 'jpg')}`
}

customElements.define('hearth-picture', HearthPicture)
