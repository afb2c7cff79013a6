import { StageflowError } from '@stageflow/core'

import type { StoreBreach } from '../suite/store-rule.ts'

/** The error of a `KeyedStore` that breaks a rule. */
export const errorOf = ({ rule, seen, fix, cause }: StoreBreach): StageflowError =>
  new StageflowError('keyed-work/contract', `The store breaks the rule "${rule}": ${seen} ${fix}`, { cause })
