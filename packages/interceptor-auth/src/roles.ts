import { type StageInfo, StageflowError } from '@stageflow/core'
import { shown } from './refusal.ts'

/** What a stage demands of whoever the run acts for. */
export interface Authorization {
  /** All of them are needed. */
  readonly roles: readonly string[]
}

/** The roles that a stage demands; undefined where it demands none. What cannot be meant is an error of the build. */
export function rolesOf(stage: StageInfo): readonly string[] | undefined {
  const given: unknown = stage.options.authorize
  if (given === undefined || given === false) return undefined
  const { roles, ...others } = (typeof given === 'object' && given !== null ? given : {}) as Readonly<
    Record<string, unknown>
  >
  const isList =
    Array.isArray(roles) && roles.length > 0 && roles.every((role) => typeof role === 'string' && role !== '')
  if (isList && Object.keys(others).length === 0) return Object.freeze([...(roles as readonly string[])])
  throw new StageflowError(
    'auth/illegal-option',
    `"authorize" of stage "${stage.name}" is ${shownAuthorize(given)}; write authorize: { roles: ['…'] } with at least one role, or false for a stage that demands none.`,
  )
}

function shownAuthorize(given: unknown): string {
  try {
    return (JSON.stringify(given) ?? shown(given)).slice(0, 200)
  } catch {
    return shown(given)
  }
}
