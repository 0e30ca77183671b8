/** Bounds what all connections together hold of uploads, bytes. */
export class UploadBudget {
  #left: number

  constructor(totalBytes: number) {
    this.#left = totalBytes
  }

  /** @returns whether there is that much left; then it is taken. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false
    this.#left -= bytes
    return true
  }

  giveBack(bytes: number): void {
    this.#left += bytes
  }
}
