/** Exports whose promises haven't settled. */
export class ExportsInProgress {
  readonly #exports = new Set<Promise<void>>()

  /** Holds the export until it has settled. A rejection stays the business of its caller. */
  add(written: Promise<unknown>): void {
    const settled = written.then(
      () => {},
      () => {},
    )
    this.#exports.add(settled)
    void settled.then(() => this.#exports.delete(settled))
  }

  /** Resolves once all exports that are in progress now have settled, however they end. */
  async settled(): Promise<void> {
    await Promise.all(this.#exports)
  }
}
