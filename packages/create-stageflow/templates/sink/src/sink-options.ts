import { systemClock, type Clock } from '@stageflow/core'
import {
  CLOCK,
  checkOptions,
  functionLike,
  required,
  whole,
  type OptionRules,
} from '@stageflow/core/kit'

export interface TemplateNameSinkOptions {
  /** Writes some lines. The next lines wait for its promise. */
  readonly write: (text: string) => void | Promise<void>
  /**
   * Maximum number of events that wait. If it is reached, `tryEmit` returns
   * false. Default: 1,000.
   */
  readonly maxWaiting?: number
  /** Measures the limit of `close`. Default: the machine's clock. */
  readonly clock?: Clock
}

export const ILLEGAL_OPTION = 'sink-template-name/illegal-option'
const RULES: OptionRules<TemplateNameSinkOptions> = {
  write: required(functionLike('(text) => Promise<void>')),
  maxWaiting: whole(1),
  clock: CLOCK,
}

/** Checks the options, and adds the defaults. */
export function settingsOf(
  options: TemplateNameSinkOptions,
): Required<TemplateNameSinkOptions> {
  checkOptions('templateNameSink()', ILLEGAL_OPTION, options, RULES)
  const { write, maxWaiting = 1_000, clock = systemClock } = options
  return { write, maxWaiting, clock }
}
