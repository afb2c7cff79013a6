import type { ManualClock } from '@stageflow/testing'
import type { RequestSize } from '../src/index.ts'
import { scripted } from './scripted-model.ts'
import type { ScriptedModel, Step } from './scripted-model.ts'

/** A scripted model that says how large its requests are. */
export function sized(clock: ManualClock, size: RequestSize, ...scripts: readonly (readonly Step[])[]): ScriptedModel {
  return { ...scripted(clock, 'large', ...scripts), size: () => size }
}
