/** Counts what went wrong in the stores of an executor, where the call itself doesn't fail for it. */
export class StoreErrors {
  storeErrors = 0
  lastStoreError: unknown

  count(error: unknown): void {
    this.storeErrors++
    this.lastStoreError = error
  }
}
