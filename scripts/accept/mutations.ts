export interface Mutation {
  readonly area: string
  readonly removes: string
  readonly file: string
  readonly find: string
  readonly replace: string
  readonly tests: readonly string[]
}
export const mutations: readonly Mutation[] = []
