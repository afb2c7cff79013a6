import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { changeSyntax } from './change-syntax.ts'
import type { SyntaxChange } from './change-syntax.ts'
import type { ScheduleClass } from './schedule-checks.ts'

/** A mistake that could be made in `schedule.ts`, or in another file of its folder. */
export interface Mistake extends SyntaxChange {
  readonly name: string
  /** Default: schedule.ts. */
  readonly file?: string
}

export const MISTAKES: readonly Mistake[] = [
  {
    name: 'a stage is released while a dependency is pending',
    find: 'need <= 0 && (pending === 0 || $isEager)',
    instead: 'need <= 0 && (pending <= 1 || $isEager)',
  },
  {
    name: 'an eager join waits for everything',
    find: 'if (pending !== 0 && $isWaiting) continue',
    instead: 'if (pending !== 0) continue',
  },
  {
    name: 'a need out of reach is noticed one dependency late',
    find: 'need > pending',
    instead: 'need > pending + 1',
  },
  { name: 'a skip is lost', find: 'this.push(SKIP, $stage)', instead: 'undefined' },
  {
    name: 'a skip is not transitive',
    find: 'this.tellDependents($stage, $hasNone ? SKIPPED : FAILED)',
    instead: 'undefined',
  },
  { name: 'a failure is taken for a branch that was left out', find: 'need = pending + 1', instead: 'undefined' },
  {
    name: 'a failure skips eager joins too',
    find: 'eager[target] === 0 && $isAll === 1',
    instead: '$isAll === 1',
  },
  {
    name: 'what a failure skipped counts as skipped',
    find: '$hasNone ? SKIPPED : FAILED',
    instead: 'SKIPPED',
  },
  {
    name: 'a failure that a stage started beside is not forgotten',
    find: 'failures[target] = 0',
    instead: 'undefined',
  },
  {
    name: 'a failure further back is not the one that counts',
    find: 'failures[stage] || stage + 1',
    instead: 'stage + 1',
  },
  {
    name: 'a failure that the run goes on after stops it',
    find: 'status === FAILED && !this.#goOn',
    instead: 'status === FAILED',
  },
  { name: 'a cancel does not stop the run', find: 'status === CANCELLED || $fails', instead: '$fails' },
  {
    name: 'a stopped run still releases',
    find: 'if (this.stopped) return true',
    instead: '',
    inside: '#settled',
  },
  {
    name: 'a stop lets what was ready start',
    find: 'this.stopped || this.cells[at] !== READY',
    instead: 'this.cells[at] !== READY',
  },
  { name: 'a stop aborts nobody', find: 'this.push(ABORT, $stage)', instead: 'undefined', inside: '#stop' },
  { name: 'a stage settles twice', find: 'if (this.cells[at] !== RUNNING) return false', instead: '' },
  { name: 'a stage settles without an ending', find: 'status < OK || $unknown', instead: '$unknown' },
  { name: 'a stage settles in an unknown state', find: '$unsettled || status > SUSPENDED', instead: '$unsettled' },
  { name: 'END is commanded twice', find: '$isBusy || this.#ended', instead: '$isBusy' },
  { name: 'a stage whose code stays gives its slot back', find: 'if (detail >= STAYS) this.staying++', instead: '' },
  { name: 'a slot is leaked', find: 'this.staying--', instead: 'undefined' },
  { name: 'LEFT is ignored', find: 'if (fact === LEFT) return $accepted', instead: 'if (fact === LEFT) return true' },
  {
    name: 'one stage too many runs',
    file: 'slots.ts',
    find: '$busy < this.#limit',
    instead: '$busy <= this.#limit',
  },
  {
    name: 'the shortest path starts first',
    find: 'new Slots(limit, plan.order)',
    instead: 'new Slots(limit, plan.order.map((place) => -place))',
  },
  {
    name: 'a stage with a reader left ends as late',
    find: 'before > 1',
    instead: 'before > 2',
  },
  {
    name: 'a reader that starts is still waited for',
    find: 'this.leaveDependencies(stage, this.readers)',
    instead: 'undefined',
    inside: '#start',
  },
  {
    name: 'a reader that was skipped is still waited for',
    find: 'this.leaveDependencies(stage, this.readers)',
    instead: 'undefined',
    inside: 'tellOfSkips',
  },
  {
    name: 'a reader that starts and then skips counts twice',
    find: 'this.tellDependents(stage, status)',
    instead:
      'this.tellDependents(stage, status), status === SKIPPED && this.readers && this.leaveDependencies(stage, this.readers)',
  },
  {
    name: 'a late stage that runs is not aborted',
    find: 'this.push(ABORT, $stage)',
    instead: 'undefined',
    inside: 'leave',
  },
  {
    name: 'a parked stage keeps its slot',
    file: 'slots.ts',
    find: 'busy - this.#parked.size',
    instead: 'busy',
  },
  {
    name: 'a resumed stage has no slot',
    file: 'slots.ts',
    find: 'this.forget(stage)',
    instead: 'this.#returning.delete(stage)',
    inside: 'resume',
  },
  {
    name: 'a stage that starts is ahead of a parked one that goes on',
    find: 'slots.resume()',
    instead: '(slots.ready.size > 0 ? undefined : slots.resume())',
  },
  {
    name: 'the parked stage that came last is resumed first',
    file: 'slots.ts',
    find: 'this.#returning',
    instead: '[[...this.#returning].pop()]',
    inside: 'resume',
  },
  { name: 'a parked stage that settles stays parked', find: 'this.#slots?.forget(stage)', instead: 'undefined' },
  {
    name: 'a parked stage that settles is still resumed',
    file: 'slots.ts',
    find: 'this.#returning.delete(stage)',
    instead: 'undefined',
    inside: 'forget',
  },
  {
    name: 'a stage in line for a slot that waits again stays in line',
    file: 'slots.ts',
    find: 'this.#returning.delete(stage) || $parks',
    instead: '$parks',
  },
  {
    name: 'a parked stage is resumed twice',
    file: 'slots.ts',
    find: 'this.#returning.size < this.#returning.add(stage).size',
    instead: '(this.#returning.add(stage), true)',
  },
  {
    name: 'a stage that has its slot is resumed',
    file: 'slots.ts',
    find: 'this.#parked.has(stage)',
    instead: 'true',
    inside: 'unpark',
  },
  {
    name: 'a stage that does not run is parked',
    find: 'this.stopped || this.state(stage) !== RUNNING',
    instead: 'this.stopped',
  },
  {
    name: 'a stage of a stopped run is parked',
    find: 'this.stopped || this.state(stage) !== RUNNING',
    instead: 'this.state(stage) !== RUNNING',
  },
  {
    name: 'a stopped run resumes a parked stage',
    find: 'this.#slots === undefined || this.stopped',
    instead: 'this.#slots === undefined',
  },
  {
    name: 'a late stage is aborted again by a stop',
    find: '$isRunning && this.readers?.[stage] !== ABORTED',
    instead: '$isRunning',
  },
]

const sourceOf = (file: string): string => readFileSync(new URL(`../src/schedule/${file}`, import.meta.url), 'utf8')

/** A module of its own, with the modules that it imports: no other test, and no measure of coverage, takes it for the real one. */
function moduleOf(file: string, change: (file: string, source: string) => string): string {
  const source = stripTypeScriptTypes(change(file, sourceOf(file))).replaceAll(
    /from '\.\/([^']+)'/g,
    (_, imported: string) => `from '${moduleOf(imported, change)}'`,
  )
  return `data:text/javascript,${encodeURIComponent(source).replaceAll("'", '%27')}`
}

/** `schedule.ts` as it is now, with one mistake made in it. */
export async function brokenSchedule({ file = 'schedule.ts', ...change }: Mistake): Promise<ScheduleClass> {
  const url = moduleOf('schedule.ts', (each, source) => (each === file ? changeSyntax(source, change) : source))
  const module = (await import(/* @vite-ignore */ url)) as { readonly Schedule: ScheduleClass }
  return module.Schedule
}
