import { StageflowError, createSlot } from '@stageflow/core'
import type { Slot, StageContext } from '@stageflow/core'
import { checkArgumentCount } from '@stageflow/core/kit'
import { CODE } from './options.ts'

/** Holds the way of a call, for all that is inside `fallback`: interceptors, the stage, its child runs. Empty around other calls. */
export const WAY: Slot<string> = createSlot<string>('fallback/way')

/**
 * Returns the way that a stage is to go: one of the `ways` of its option `fallback`, or that of the stage around its child run. Throws
 * `fallback/no-way` if there is none.
 */
export function wayOf(context: Pick<StageContext, 'get' | 'stage'>): string {
  checkArgumentCount(arguments.length, 1, 'wayOf(context)', CODE)
  const way = context.get(WAY)
  if (way !== undefined) return way
  const { name, pipeline } = context.stage
  throw new StageflowError(
    'fallback/no-way',
    `Stage "${name}" of pipeline "${pipeline.name}" has no way to go. Give it the option fallback: { ways: ['main', 'spare'] }, and pass fallback() to the interceptors of build().`,
  )
}
