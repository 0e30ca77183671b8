import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { AppContext } from '../../app/app-context.ts'
import type { Translate } from '../../app/translate.ts'
import { type AttachmentRefusal, fencedFile, judgeFile } from './attachments.ts'
import type { AttachedPicture } from './next-question.ts'
import { sizeText } from './units.ts'

export interface PictureAttachment extends AttachedPicture {
  readonly id: number
  readonly url: string
}

export interface AddingFiles extends Pick<AppContext, 'notify' | 'translate'> {
  /** What is read goes where it was meant for, or nowhere. */
  readonly isWanted: () => boolean
}

interface Host extends ReactiveControllerHost {
  /** Someone attached a picture, or took one away. */
  onAttached(pictures: readonly AttachedPicture[]): void
}

/** The pictures that go with the next question, and the only owner of the addresses of their previews. */
export class PictureAttachments implements ReactiveController {
  readonly #host: Host
  #items: readonly PictureAttachment[] = []
  #made = 0

  constructor(host: Host) {
    this.#host = host
    host.addController(this)
  }

  get items(): readonly PictureAttachment[] {
    return this.#items
  }

  hostDisconnected(): void {
    this.#keep([])
  }

  /** Takes what may be attached and says why the rest may not. @returns text files, fenced, for the question itself. */
  async add(files: readonly File[], { notify, translate, isWanted }: AddingFiles): Promise<readonly string[]> {
    const texts: string[] = []
    for (const file of files) {
      const taken = await this.#take(file, isWanted)
      if (taken === undefined) return []
      if ('text' in taken) texts.push(taken.text)
      else if ('reason' in taken) notify({ text: refusalText(taken, translate), tone: 'danger' })
    }
    return texts
  }

  remove(id: number): void {
    this.#change(this.#items.filter((item) => item.id !== id))
  }

  /** What its owner keeps; those that are shown keep their previews. */
  show(pictures: readonly AttachedPicture[]): void {
    this.#keep(pictures.map((picture) => this.#items.find((item) => item === picture) ?? this.#toAttachment(picture)))
  }

  async #take(
    file: File,
    isWanted: () => boolean,
  ): Promise<{ readonly text: string } | { readonly taken: true } | Refusal | undefined> {
    const facts = { name: file.name, type: file.type, size: file.size }
    const first = judgeFile(facts, this.#sizes())
    if ('reason' in first) return first
    const bytes = await file.arrayBuffer().then(
      (buffer) => new Uint8Array(buffer),
      () => undefined,
    )
    if (!isWanted()) return undefined
    if (bytes === undefined) return { reason: 'unreadable', name: file.name }
    if (first.kind === 'text') {
      const text = fencedFile(file.name, bytes)
      return text === undefined ? { reason: 'type', name: file.name } : { text }
    }
    // Another one may have been attached while this one was read.
    const second = judgeFile(facts, this.#sizes())
    if ('reason' in second) return second
    this.#change([...this.#items, this.#toAttachment({ mediaType: first.mediaType, bytes, name: file.name })])
    return { taken: true }
  }

  #sizes(): readonly { readonly byteLength: number }[] {
    return this.#items.map(({ bytes }) => bytes)
  }

  #toAttachment(picture: AttachedPicture): PictureAttachment {
    const url = URL.createObjectURL(new Blob([new Uint8Array(picture.bytes)], { type: picture.mediaType }))
    return { ...picture, id: ++this.#made, url }
  }

  #change(items: readonly PictureAttachment[]): void {
    this.#keep(items)
    this.#host.onAttached(items)
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
