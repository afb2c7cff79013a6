import type { WaitOptions } from '@stageflow/core'
import { show } from '@stageflow/core/kit'
import type { EndReport, OptionRule } from '@stageflow/core/kit'
import type { Downstream } from './downstream.ts'

/** A sink or an exporter of a fan-out. */
export interface FanOutBranch<Name extends string = string> {
  readonly name: Name
  readonly downstream: Downstream
}

/** Flushes all branches at once, each within the limit. Rejects for those that failed or took too long; `several` makes one error of theirs. */
export async function flushBranches(
  branches: readonly FanOutBranch[],
  wait: WaitOptions,
  several: (errors: readonly Error[]) => Error,
): Promise<void> {
  const reports = await Promise.all(branches.map(({ downstream }) => downstream.flushWithin(wait)))
  const errors = reports.flatMap(({ error }) => (error === undefined ? [] : [error as Error]))
  const [first] = errors
  if (first !== undefined) throw errors.length === 1 ? first : several(errors)
}

/** Closes all branches at once, each within the limit, 5,000 ms by default. Doesn't reject. Returns a report for each, by name. */
export async function closeBranches<Name extends string, Branch extends FanOutBranch<Name>, Report>(
  branches: readonly Branch[],
  wait: WaitOptions,
  reportOf: (branch: Branch, ended: EndReport) => Report,
): Promise<Readonly<Record<Branch['name'], Report>>> {
  const closed = branches.map(async (branch) => ({ branch, ended: await branch.downstream.closeWithin(wait) }))
  const all = await Promise.all(closed)
  return recordOf(all.map(({ branch, ended }) => [branch.name, reportOf(branch, ended)]))
}

/** A frozen object with a value for each name. */
export function recordOf<Name extends string, Value>(
  entries: readonly (readonly [name: Name, value: Value])[],
): Readonly<Record<Name, Value>> {
  return Object.freeze(Object.fromEntries(entries)) as Readonly<Record<Name, Value>>
}

/** The problems of the object of sinks or exporters that a fan-out gets, as parts of a sentence. */
export function targetProblems(noun: 'sink' | 'exporter', targets: unknown, rule: OptionRule): readonly string[] {
  if (typeof targets !== 'object' || targets === null || Array.isArray(targets))
    return [`the ${noun}s must be an object of names and ${noun}s, such as { log, file }, not ${show(targets)}`]
  const entries = Object.entries(targets)
  if (entries.length === 0) return [`at least one ${noun} is needed, such as { log }`]
  return entries.flatMap(([name, target]) => valueProblems(`${noun} "${name}"`, target, rule))
}

/** The problem of a value that isn't an option, as part of a sentence. */
export function valueProblems(name: string, value: unknown, [isLegal, must]: OptionRule): readonly string[] {
  return isLegal(value) ? [] : [`${name} must be ${must}, not ${show(value)}`]
}
