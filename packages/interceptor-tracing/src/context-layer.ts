import type { Context } from '@opentelemetry/api'

/** A context with one more value than the one around it. It only links to that, whereas the API's own copies all values. */
export class ContextLayer implements Context {
  readonly #around: Context
  readonly #key: symbol
  readonly #value: unknown

  constructor(around: Context, key: symbol, value: unknown) {
    this.#around = around
    this.#key = key
    this.#value = value
  }

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.#around.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return new ContextLayer(this, key, value)
  }

  deleteValue(key: symbol): Context {
    return new ContextLayer(this, key, undefined)
  }
}
