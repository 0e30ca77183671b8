import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { AppContext } from '../../app/app-context.ts'
import type { Translate } from '../../app/translate.ts'
import type { PictureFile } from '../../protocol/hearth-client.ts'
import { type AttachmentRefusal, fencedFile, judgeFile } from './attachments.ts'
import { sizeText } from './units.ts'

export interface PictureAttachment extends PictureFile {
  readonly id: number
  readonly name: string
  readonly url: string
}

/** The pictures that go with the next question, and the only owner of the addresses of their previews. */
export class PictureAttachments implements ReactiveController {
  readonly #host: ReactiveControllerHost
  #items: readonly PictureAttachment[] = []
  #made = 0

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  get items(): readonly PictureAttachment[] {
    return this.#items
  }

  hostDisconnected(): void {
    this.replace([])
  }

  /** Takes what may be attached and says why the rest may not. @returns text files, fenced, for the question itself. */
  async add(files: readonly File[], context: AppContext): Promise<readonly string[]> {
    const texts: string[] = []
    for (const file of files) {
      const taken = await this.#take(file)
      if ('text' in taken) texts.push(taken.text)
      else if ('reason' in taken) context.notify({ text: refusalText(taken, context.translate), tone: 'danger' })
    }
    return texts
  }

  remove(id: number): void {
    this.#keep(this.#items.filter((item) => item.id !== id))
  }

  replace(pictures: readonly PictureFile[]): void {
    this.#keep(pictures.map((picture, index) => this.#toAttachment(picture, String(index + 1))))
  }

  async #take(file: File): Promise<{ readonly text: string } | { readonly taken: true } | Refusal> {
    const facts = { name: file.name, type: file.type, size: file.size }
    const first = judgeFile(facts, this.#sizes())
    if ('reason' in first) return first
    const bytes = await file.arrayBuffer().then(
      (buffer) => new Uint8Array(buffer),
      () => undefined,
    )
    if (bytes === undefined) return { reason: 'unreadable', name: file.name }
    if (first.kind === 'text') {
      const text = fencedFile(file.name, bytes)
      return text === undefined ? { reason: 'type', name: file.name } : { text }
    }
    // Another one may have been attached while this one was read.
    const second = judgeFile(facts, this.#sizes())
    if ('reason' in second) return second
    this.#keep([...this.#items, this.#toAttachment({ mediaType: first.mediaType, bytes }, file.name)])
    return { taken: true }
  }

  #sizes(): readonly { readonly byteLength: number }[] {
    return this.#items.map(({ bytes }) => bytes)
  }

  #toAttachment(picture: PictureFile, name: string): PictureAttachment {
    const url = URL.createObjectURL(new Blob([new Uint8Array(picture.bytes)], { type: picture.mediaType }))
    return { ...picture, id: ++this.#made, name, url }
  }

  #keep(items: readonly PictureAttachment[]): void {
    const gone = this.#items.filter((item) => !items.includes(item))
    this.#items = items
    for (const { url } of gone) URL.revokeObjectURL(url)
    this.#host.requestUpdate()
  }
}

type Refusal = AttachmentRefusal | { readonly reason: 'unreadable'; readonly name: string }

function refusalText(refusal: Refusal, translate: Translate): string {
  switch (refusal.reason) {
    case 'type':
      return translate('composer.fileType', { name: refusal.name })
    case 'size':
      return translate('composer.fileSize', {
        name: refusal.name,
        limit: sizeText(refusal.limitBytes, translate.language),
      })
    case 'count':
      return translate('composer.fileCount', { count: refusal.count })
    case 'total':
      return translate('composer.fileTotal', { limit: sizeText(refusal.limitBytes, translate.language) })
    case 'unreadable':
      return translate('composer.fileUnreadable', { name: refusal.name })
  }
}
