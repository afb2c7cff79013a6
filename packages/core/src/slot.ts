import { StageflowError, quote } from './errors.ts'

declare const VALUE: unique symbol

/** A typed place for one value a run, such as verified claims; its identity is the key, its name is for people. */
export interface Slot<T> {
  readonly name: string
  readonly [VALUE]?: T
}

/** Makes a slot; keep it in a constant and export it to whoever may read it. */
export function createSlot<T>(name: string): Slot<T> {
  if (typeof name !== 'string' || name === '')
    throw new StageflowError(
      'core/slot',
      `A slot needs a name for people to read, such as 'auth/claims'; it was given ${quote(name)}.`,
    )
  return Object.freeze({ name })
}
