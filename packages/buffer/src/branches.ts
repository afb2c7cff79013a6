import type { WaitOptions } from '@stageflow/core'
import { TEXT, oneOf, read, required, show } from '@stageflow/core/kit'
import type { EndReport, OptionRule } from '@stageflow/core/kit'
import { DOWNSTREAM, RULE, WAIT, checkGiven, requiredFunction, valueProblems } from './argument-rules.ts'
import type { Downstream } from './downstream.ts'

/** A sink or an exporter of a fan-out. */
export interface FanOutBranch<Name extends string = string> {
  readonly name: Name
  readonly downstream: Downstream
}

const isList = (value: unknown, isEntry: (entry: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isEntry)
const BRANCHES: OptionRule = [
  (value) => isList(value, (branch) => TEXT[0](read(branch, 'name')) && DOWNSTREAM[0](read(branch, 'downstream'))),
  'an array of branches { name, downstream }',
  true,
]
const ENTRIES: OptionRule = [
  (value) => isList(value, (entry) => Array.isArray(entry) && typeof entry[0] === 'string'),
  'an array of names and values, such as [["log", 1]]',
  true,
]
const NOUN = required(oneOf('sink', 'exporter'))

/** Flushes all branches at once, each within the limit. Rejects for those that failed or took too long; `several` makes one error of theirs. */
export async function flushBranches(
  branches: readonly FanOutBranch[],
  wait: WaitOptions,
  several: (errors: readonly Error[]) => Error,
): Promise<void> {
  const rules = { branches: BRANCHES, wait: WAIT, several: requiredFunction('(errors) => Error') }
  checkGiven('flushBranches()', { branches, wait, several }, rules)
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
  const rules = { branches: BRANCHES, wait: WAIT, reportOf: requiredFunction('(branch, ended) => report') }
  checkGiven('closeBranches()', { branches, wait, reportOf }, rules)
  const closed = branches.map(async (branch) => ({ branch, ended: await branch.downstream.closeWithin(wait) }))
  const all = await Promise.all(closed)
  return recordOf(all.map(({ branch, ended }) => [branch.name, reportOf(branch, ended)]))
}

/** A frozen object with a value for each name. */
export function recordOf<Name extends string, Value>(
  entries: readonly (readonly [name: Name, value: Value])[],
): Readonly<Record<Name, Value>> {
  checkGiven('recordOf()', { entries }, { entries: ENTRIES })
  return Object.freeze(Object.fromEntries(entries)) as Readonly<Record<Name, Value>>
}

/** The problems of the object of sinks or exporters that a fan-out gets, as parts of a sentence. */
export function targetProblems(noun: 'sink' | 'exporter', targets: unknown, rule: OptionRule): readonly string[] {
  checkGiven('targetProblems()', { noun, rule }, { noun: NOUN, rule: RULE })
  if (typeof targets !== 'object' || targets === null || Array.isArray(targets))
    return [`the ${noun}s must be an object of names and ${noun}s, such as { log, file }, not ${show(targets)}`]
  const entries = Object.entries(targets)
  if (entries.length === 0) return [`at least one ${noun} is needed, such as { log }`]
  return entries.flatMap(([name, target]) => valueProblems(`${noun} "${name}"`, target, rule))
}
