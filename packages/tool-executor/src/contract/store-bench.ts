import type { StoreUnderTest } from './store-cases.ts'

/** Longer than any case takes. */
export const LONG_MS = 3_600_000

/** The names of fifty callers at once. */
export const FIFTY: readonly string[] = Array.from({ length: 50 }, (_, index) => `t${index}`)

/** Ends of names that a careless store takes for each other. */
export const SIMILAR_ENDS: readonly string[] = ['', 'A', 'a', 'a ', ' a', '%', '_', '*', '\\', "'", '"', ';', ':', '/', '#', 'é', 'e\u0301', '😀', '__proto__'] // prettier-ignore

/** Texts that a careless store changes. The last one is long. */
export const ODD_TEXTS: readonly string[] = ['', ' ', '007', 'null', 'line\r\nline\t', "'; --", '\\u0000', '\u0001\u2028é😀', 'x'.repeat(2 ** 20)] // prettier-ignore

/** Has the store under test for one case. */
export class StoreBench<Store> {
  readonly store: Store
  readonly shortMs: number
  readonly #subject: StoreUnderTest<Store>

  constructor(subject: StoreUnderTest<Store>, shortMs: number) {
    this.store = subject.store
    this.shortMs = shortMs
    this.#subject = subject
  }

  /** Resolves when everything that lasts this long is over. */
  async expire(lastedMs: number = this.shortMs): Promise<void> {
    await this.#subject.advance(Math.ceil(lastedMs * 1.2))
  }
}
