import type { RunContext } from '@stageflow/core'

/** The name of a stage, with the path of its child run before it, and with the key of its item: `letters#2`. */
export const placeOf = ({ parent, item }: RunContext, stage: string): string =>
  `${parent === undefined ? '' : `${parent.path}/`}${stage}${item === undefined ? '' : `#${item.key}`}`
