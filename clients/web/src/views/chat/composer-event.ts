import type { PictureFile } from '../../protocol/hearth-client.ts'
import type { Draft } from './drafts.ts'
import type { AttachedPicture } from './next-question.ts'

export type ComposerAct =
  | {
      readonly type: 'send'
      readonly text: string
      readonly pictures: readonly PictureFile[]
      /** A picture is wished for. */
      readonly draws: boolean
    }
  | { readonly type: 'stop' }
  /** What is written or chosen now. */
  | { readonly type: 'draft'; readonly draft: Draft }
  /** What is attached now. */
  | { readonly type: 'attach'; readonly pictures: readonly AttachedPicture[] }
  | { readonly type: 'edit-last' }
  /** Without sending. */
  | { readonly type: 'edit-end' }

export class ComposerEvent extends Event {
  static readonly type = 'hearth-compose'
  readonly act: ComposerAct

  constructor(act: ComposerAct) {
    super(ComposerEvent.type)
    this.act = act
  }
}
