import { ContextSnapshot, Pipeline } from '../src/index.ts'
import type { GivenExtensions } from '../src/contract/snapshot-fields.ts'

declare module '../src/index.ts' {
  interface SnapshotExtensions {
    readonly typedKey?: string
  }
}

// An optional field may be undefined, as what reads a header gives it, for fields of the input and of its extensions alike.

declare const header: string | undefined
const graph = new Pipeline('demo').build()
export async function runs(): Promise<void> {
  await graph.run({ userId: header, inputText: header, extensions: { typedKey: header } })
  new ContextSnapshot({ extensions: { typedKey: header } }).withExtensions({ typedKey: header })
  // @ts-expect-error Type 'number' is not assignable to type 'string'
  await graph.run({ extensions: { typedKey: 5 } })
  // @ts-expect-error 'typedKy' does not exist in type 'GivenExtensions<…>'. Did you mean to write 'typedKey'?
  await graph.run({ extensions: { typedKy: header } })
}

interface Declared {
  readonly optional?: string
  readonly required: string
}
export const given: GivenExtensions<Declared> = { optional: header, required: 'x' }
// @ts-expect-error Property 'required' is missing
export const missing: GivenExtensions<Declared> = { optional: header }
// @ts-expect-error Type 'undefined' is not assignable to type 'string'
export const undefinedly: GivenExtensions<Declared> = { required: header }
