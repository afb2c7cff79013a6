import { type StageInfo, StageflowError } from '@stageflow/core'
import { show } from '@stageflow/core/kit'

/** The roles that a stage demands: of the user that the run acts for, or of the user who answers it. */
export interface Authorization {
  /** The user needs all of them. */
  readonly roles: readonly string[]
}

/** Returns the roles that a stage demands; undefined if it demands none. Throws for an illegal value, which is a problem of `build()`. */
export function rolesOf(stage: StageInfo, option: 'authorize' | 'answeredBy'): readonly string[] | undefined {
  const given: unknown = stage.options[option]
  if (given === undefined || given === false) return undefined
  const { roles, ...others } = isRecord(given) ? given : {}
  if (isRoleList(roles) && Object.keys(others).length === 0) return Object.freeze([...roles])
  throw new StageflowError(
    'auth/illegal-option',
    `${option} of stage "${stage.name}" is ${shown(given)}. Write ${option}: { roles: ['…'] } with at least one role, or false if the stage demands none.`,
  )
}

const isRecord = (given: unknown): given is Readonly<Record<string, unknown>> =>
  typeof given === 'object' && given !== null

function isRoleList(given: unknown): given is readonly string[] {
  if (!Array.isArray(given) || given.length === 0) return false
  return given.every((role) => typeof role === 'string' && role !== '')
}

function shown(given: unknown): string {
  try {
    return (JSON.stringify(given) ?? show(given)).slice(0, 200)
  } catch {
    return show(given)
  }
}
