import type { PictureFile, ProfileView } from '../../protocol/hearth-client.ts'
import type { AskedQuestion, ChatNode } from './chat-nodes.ts'
import { chooseProfile, modalitiesFor } from './choose-profile.ts'
import type { PathStep } from './conversation-tree.ts'
import type { Draft, Drafts } from './drafts.ts'
import type { ProfileMemory } from './profile-memory.ts'

export interface NextQuestionDeps {
  readonly drafts: Drafts
  readonly profiles: ProfileMemory
}

/** A picture that goes with the next question. */
export interface AttachedPicture extends PictureFile {
  readonly name: string
}

interface Edit {
  readonly nodeId: string
  readonly draft: Draft
  readonly pictures: readonly AttachedPicture[]
}

const noPictures: readonly AttachedPicture[] = []

/** What will be asked next, and by whom it is answered: the draft of the conversation, or a question being edited. */
export class NextQuestion {
  readonly #deps: NextQuestionDeps
  /** By conversation, undefined for a new one; they are too large to outlive a reload. */
  readonly #pictures = new Map<string | undefined, readonly AttachedPicture[]>()
  #conversation: string | undefined
  #editing: Edit | undefined
  #place = 0

  constructor(deps: NextQuestionDeps) {
    this.#deps = deps
  }

  /** Node of the question that is edited. */
  get editing(): string | undefined {
    return this.#editing?.nodeId
  }

  get draft(): Draft {
    return this.#editing?.draft ?? this.#deps.drafts.read(this.#conversation)
  }

  get pictures(): readonly AttachedPicture[] {
    return this.#editing?.pictures ?? this.#pictures.get(this.#conversation) ?? noPictures
  }

  /** Another number, once something else is written than before: another conversation or question. */
  get place(): number {
    return this.#place
  }

  get profiles(): readonly ProfileView[] {
    return this.#deps.profiles.known
  }

  /** Another conversation; undefined: a new one. What was edited is dropped. */
  open(conversation: string | undefined): void {
    this.#conversation = conversation
    this.endEditing()
  }

  /** The new conversation has its id now. */
  adopt(conversation: string): void {
    this.#deps.drafts.adopt(conversation)
    const pictures = this.#pictures.get(undefined)
    if (pictures !== undefined) this.#pictures.set(conversation, pictures)
    this.#pictures.delete(undefined)
    this.#conversation = conversation
  }

  learn(profiles: readonly ProfileView[]): void {
    this.#deps.profiles.known = profiles
  }

  write(draft: Draft): void {
    const { profile } = draft
    if (profile !== undefined && profile !== this.draft.profile) this.#deps.profiles.last = profile
    if (this.#editing === undefined) this.#deps.drafts.write(this.#conversation, draft)
    else this.#editing = { ...this.#editing, draft }
  }

  /** Instead of what was attached so far. */
  attach(pictures: readonly AttachedPicture[]): void {
    if (this.#editing !== undefined) this.#editing = { ...this.#editing, pictures }
    else if (pictures.length === 0) this.#pictures.delete(this.#conversation)
    else this.#pictures.set(this.#conversation, pictures)
  }

  /** What was begun in the conversation, pictures too, waits until the edit is over. */
  edit(edit: Edit): void {
    this.#editing = edit
    this.#place += 1
  }

  endEditing(): void {
    this.#editing = undefined
    this.#place += 1
  }

  /** It was sent. What was chosen stays. */
  clear(): void {
    if (this.#editing !== undefined) {
      this.endEditing()
      return
    }
    this.write({ ...this.draft, text: '' })
    this.attach(noPictures)
  }

  profile(steps: readonly PathStep<ChatNode>[]): ProfileView | undefined {
    return chooseProfile(this.#deps.profiles.known, this.#wishes(steps))
  }

  /** As it is asked: `draws` wishes for a picture. */
  compose(
    content: { readonly text: string; readonly pictures: readonly PictureFile[]; readonly draws: boolean },
    steps: readonly PathStep<ChatNode>[],
  ): AskedQuestion {
    const profile = this.profile(steps)
    const modalities = modalitiesFor(profile, content.draws)
    // Before the house said which profiles it has, what was wished for is asked.
    const name = profile?.name ?? this.#wishes(steps).find((wish) => wish !== undefined)
    return {
      text: content.text,
      pictures: content.pictures,
      ...(name === undefined ? {} : { profile: name }),
      ...(modalities === undefined ? {} : { modalities }),
    }
  }

  #wishes(steps: readonly PathStep<ChatNode>[]): readonly (string | undefined)[] {
    const ofAnswers = steps.flatMap(({ node }) => profileOf(node) ?? [])
    return [this.draft.profile, ofAnswers.at(-1) ?? this.#deps.profiles.last]
  }
}

function profileOf(node: ChatNode): string | undefined {
  if (node.kind === 'answer') return node.turn.live.state.profile
  return node.kind === 'message' ? (node.message.profile ?? undefined) : undefined
}
