import { FIND_COPIES, branded, fromOtherCopy } from './copies.ts'
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
  return Object.freeze(branded({ name }))
}

/**
 * The values of one run's slots. Two copies of a package have two slots of one name, and neither sees the values of the other:
 * if two copies of core made them, that is an error.
 */
export class SlotValues extends Map<Slot<unknown>, unknown> {
  override has(slot: Slot<unknown>): boolean {
    if (super.has(slot)) return true
    for (const one of this.keys()) {
      if (one.name === slot?.name && fromOtherCopy(one) !== fromOtherCopy(slot))
        throw new StageflowError(
          'core/slot',
          `The run has a value for another slot named "${one.name}", which another copy of @stageflow/core made: they are two slots. ${FIND_COPIES}`,
        )
    }
    return false
  }

  override set(slot: Slot<unknown>, value: unknown): this {
    this.has(slot)
    return super.set(slot, value)
  }
}
