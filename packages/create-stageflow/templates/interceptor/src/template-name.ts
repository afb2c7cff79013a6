import type { Interceptor, StageOutput } from '@stageflow/core'
import {
  MILLISECONDS,
  checkArgumentCount,
  checkOptions,
  functionLike,
  required,
  type OptionRules,
} from '@stageflow/core/kit'

export interface SlowCall {
  readonly stage: string
  readonly status: StageOutput['status']
  readonly durationMs: number
}

export interface TemplateNameOptions {
  /** Receives each call that took longer than `slowMs`. */
  readonly onSlow: (call: SlowCall) => void
  /** How long a call may take, in ms. Default: 1,000. */
  readonly slowMs?: number
}

const RULES: OptionRules<TemplateNameOptions> = {
  onSlow: required(functionLike('(call) => void')),
  slowMs: MILLISECONDS,
}

/** Reports each call of a stage that takes longer than `slowMs`. A wrong option throws `template-name/illegal-option`. */
export function templateName(options: TemplateNameOptions): Interceptor {
  checkArgumentCount(arguments.length, 1, 'templateName(options)', 'template-name/illegal-option')
  checkOptions('templateName()', 'template-name/illegal-option', options, RULES)
  const { onSlow, slowMs = 1_000 } = options
  return {
    name: 'template-name',
    core: '^1.0.0',
    // Once for each stage of a graph. State of one stage belongs here.
    onCall: (stage) => (context) => {
      const startedAt = context.now
      return {
        ended({ status }) {
          const durationMs = context.clock.now() - startedAt
          if (durationMs > slowMs) onSlow({ stage: stage.name, status, durationMs })
        },
      }
    },
  }
}
