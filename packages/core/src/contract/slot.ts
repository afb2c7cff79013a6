import { OTHER_COPY, branded, fromOtherCopy, isName } from '../base/check.ts'
import type { OneCopy } from '../base/check.ts'
import { StageflowError } from '../base/errors.ts'
import { show } from '../base/show.ts'

declare const VALUE: unique symbol

/** A typed key for one value per run, such as verified claims. The object itself is the key; its name is only for people. */
export interface Slot<T> {
  readonly [Symbol.species]: OneCopy
  readonly name: string
  readonly [VALUE]?: T
}

/** Makes a slot. Export it to the modules that may read its value. Throws `core/slot` for an empty name. */
export function createSlot<T>(name: string): Slot<T> {
  if (!isName(name))
    throw new StageflowError(
      'core/slot',
      `The name of a slot must be a string such as 'auth/claims', not ${show(name)}.`,
    )
  return Object.freeze(branded({ name }))
}

/**
 * The values of one run's slots. Two copies of a package have two slots of one name, and can't read each other's values. If
 * two copies of core made them, that is an error.
 */
export class SlotValues extends Map<Slot<unknown>, unknown> {
  override has(slot: Slot<unknown>): boolean {
    if (super.has(slot)) return true
    for (const one of this.keys()) {
      if (one.name === slot?.name && fromOtherCopy(one) !== fromOtherCopy(slot))
        throw new StageflowError('core/slot', `The run has a value for another slot named "${one.name}". ${OTHER_COPY}`)
    }
    return false
  }

  override set(slot: Slot<unknown>, value: unknown): this {
    if (!isName(slot?.name))
      throw new StageflowError('core/slot', `A slot must be made by createSlot(name), not ${show(slot)}.`)
    this.has(slot)
    return super.set(slot, value)
  }
}
