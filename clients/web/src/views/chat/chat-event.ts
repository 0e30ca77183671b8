/** What a reader wants done with a message. */
export type ChatWish =
  /** The question of this answer once more. */
  | { readonly type: 'retry'; readonly nodeId: string }
  /** Another wording of this question. */
  | { readonly type: 'edit'; readonly nodeId: string }
  /** The branch of this node. */
  | { readonly type: 'choose'; readonly nodeId: string }

export class ChatEvent extends Event {
  static readonly type = 'hearth-chat-wish'
  readonly wish: ChatWish

  constructor(wish: ChatWish) {
    super(ChatEvent.type)
    this.wish = wish
  }
}
