import { StageflowError, quote } from './errors.ts'
import { isName } from './rules.ts'

declare const VALUE: unique symbol

/** A typed place for one value a run, such as verified claims; its identity is the key, its name is for people. */
export interface Slot<T> {
  readonly name: string
  readonly [VALUE]?: T
}

/** Makes a slot; keep it in a constant and export it to whoever may read it. */
export function createSlot<T>(name: string): Slot<T> {
  if (!isName(name))
    throw new StageflowError('core/slot', `A slot was named ${quote(name)}; give it a text such as 'auth/claims'.`)
  return Object.freeze({ name })
}
