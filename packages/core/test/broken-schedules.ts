import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { changeSyntax } from './change-syntax.ts'
import type { SyntaxChange } from './change-syntax.ts'
import type { createEdgePlan, findDeadlocks } from '../src/schedule/edge-plan.ts'
import type { EdgeScheduleClass, ScheduleClass } from './schedule-checks.ts'

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
    find: 'const parked = slots.resume()',
    instead: `const first = slots.ready.take()
      if (first !== undefined && this.#start(first)) return commandOf(START, first)
      const parked = first === undefined ? slots.resume() : undefined`,
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

/** Mistakes that could be made in `edge-schedule.ts`, or in what `edge-plan.ts` and `schedule.ts` do for edges. */
export const EDGE_MISTAKES: readonly Mistake[] = [
  {
    name: 'readers start before the code of their source is called',
    find: 'this.#begins(stage)',
    instead: 'this.#begins(stage) || true',
  },
  {
    name: 'the beginning of a source releases no reader',
    find: 'this.tell(this.plan.readersOf, stage, OK)',
    instead: '',
  },
  {
    name: 'a source begins twice',
    find: 'this.stopped || $notRunning || this.#began.has(stage)',
    instead: 'this.stopped || $notRunning',
  },
  {
    name: 'a source begins after the run was stopped',
    find: 'this.stopped || $notRunning || this.#began.has(stage)',
    instead: '$notRunning || this.#began.has(stage)',
  },
  {
    name: 'the end of a source counts for its readers again',
    find: 'if (!this.#began.has(stage)) this.tell(this.plan.readersOf, stage, counts)',
    instead: 'this.tell(this.plan.readersOf, stage, counts)',
  },
  {
    name: 'the readers of a source that never began are not told of its end',
    find: 'if (!this.#began.has(stage)) this.tell(this.plan.readersOf, stage, counts)',
    instead: '',
  },
  {
    name: 'a stage that starts reads its streams no more',
    find: 'if (this.state(stage) !== RUNNING) this.#leaveAll(stage, readers)',
    instead: 'this.#leaveAll(stage, readers)',
  },
  {
    name: 'a reader that was skipped is still waited for',
    find: 'if (this.state(stage) !== RUNNING) this.#leaveAll(stage, readers)',
    instead: '',
  },
  {
    name: 'a reader that has settled is still waited for',
    find: 'if (fact === SETTLED) this.#leaveAtEnd(stage)',
    instead: '',
  },
  {
    name: 'a reader that reads no more is still waited for',
    find: 'this.#leaveStreams(stage, this.readers)',
    instead: 'undefined',
    inside: '#detach',
  },
  {
    name: 'a stage that does not run leaves its streams',
    find: 'this.stopped || this.state(stage) !== RUNNING',
    instead: 'this.stopped',
    inside: '#detach',
  },
  {
    name: 'a stage without streams leaves them',
    find: '$gone || this.plan.edges.streams[stage]?.length === 0',
    instead: '$gone',
  },
  {
    name: 'a reader that left and then settles counts twice',
    find: 'if (this.#detached.has(stage)) return',
    instead: '',
    inside: '#leaveStreams',
  },
  {
    name: 'a stage that is ready does not wait for its soft dependencies',
    find: 'this.waitOf(stage) === 0',
    instead: 'this.waitOf(stage) >= 0',
  },
  {
    name: 'a soft dependency is waited for however long it takes',
    find: 'isOpen && wait > waited && wait > longest',
    instead: 'isOpen && wait > longest',
  },
  {
    name: 'the shortest wait counts',
    find: 'isOpen && wait > waited && wait > longest',
    instead: 'isOpen && wait > waited && (longest === 0 || wait < longest)',
  },
  {
    name: 'a suspended stage has settled for those that wait for it softly',
    find: 'state < OK || state === SUSPENDED',
    instead: 'state < OK',
    inside: 'waitOf',
  },
  { name: 'a soft dependency that has settled releases no stage', find: 'this.#tellSoft(stage)', instead: 'undefined' },
  {
    name: 'a stage that waits for other dependencies is released by a soft one',
    find: 'if (!this.#waited.has(stage)) continue',
    instead: '',
  },
  { name: 'a run ends while a stage waits for soft dependencies', find: 'this.armed++', instead: 'undefined' },
  {
    name: 'a stage that waited for soft dependencies keeps the run from its end',
    find: 'this.armed--',
    instead: 'undefined',
  },
  {
    name: 'a stage that waits for soft dependencies is not told so',
    find: 'this.push(ARM, stage)',
    instead: 'undefined',
  },
  {
    name: 'a skipped stage goes on waiting for soft dependencies',
    find: 'this.#disarm(stage)',
    instead: 'undefined',
    inside: 'skip',
  },
  {
    name: 'a stage that starts still counts as a soft reader',
    find: 'for (const source of this.plan.edges.soft[stage] as readonly number[]) this.leave(source, readers)',
    instead: '',
  },
  {
    name: 'a gate that has settled still reads',
    find: 'for (const gate of this.plan.edges.gates[stage] as readonly number[]) this.leave(gate, readers)',
    instead: '',
  },
  {
    name: 'one gate of several releases a stage',
    find: '--(this.#gatesLeft[stage] as number) === 0',
    instead: '--(this.#gatesLeft[stage] as number) >= 0',
  },
  {
    name: 'a stage is never released',
    find: 'this.push(RELEASE, stage)',
    instead: 'undefined',
  },
  {
    name: 'a stage that has not started is released',
    find: '--(this.#gatesLeft[stage] as number) === 0 && state === RUNNING',
    instead: '--(this.#gatesLeft[stage] as number) === 0',
  },
  {
    name: 'a gate that did not end ok opens',
    find: 'status !== OK',
    instead: 'status === FAILED',
    inside: '#tellGated',
  },
  { name: 'a refused stage runs on', find: 'this.push(ABORT, stage)', instead: 'undefined', inside: '#refuse' },
  {
    name: 'a refused stage that has not started starts',
    find: 'this.skip(stage)',
    instead: 'undefined',
    inside: '#refuse',
  },
  {
    name: 'a stage that a failed gate has refused counts as skipped',
    find: 'status === FAILED ? $failure : 0',
    instead: '0',
  },
  {
    name: 'a stage that a skipped gate has refused counts as failed',
    find: 'status === FAILED ? $failure : 0',
    instead: '$failure',
  },
  {
    name: 'a stage that a failed gate has refused while it ran counts as skipped',
    find: 'this.#refusedBy.has(stage) && this.failureBehind(stage) >= 0 ? FAILED : status',
    instead: 'status',
  },
  {
    name: 'a stage is refused after it has settled',
    find: 'state > RUNNING || this.#refusedBy.has(stage)',
    instead: 'this.#refusedBy.has(stage)',
  },
  {
    name: 'an interrupt skips stages that it should spare',
    file: 'schedule.ts',
    find: 'isSpared || $hasStarted',
    instead: '$hasStarted',
  },
  {
    name: 'an interrupt skips stages that run',
    file: 'schedule.ts',
    find: 'state >= RUNNING && state !== SUSPENDED',
    instead: 'state > RUNNING && state !== SUSPENDED',
  },
  {
    name: 'an interrupt leaves suspended stages',
    file: 'schedule.ts',
    find: 'state >= RUNNING && state !== SUSPENDED',
    instead: 'state >= RUNNING',
  },
  {
    name: 'a run is interrupted twice',
    file: 'schedule.ts',
    find: 'this.stopped || this.interrupted',
    instead: 'this.stopped',
  },
  {
    name: 'an interrupt ends stages as late',
    file: 'schedule.ts',
    find: 'before <= 0 || this.interrupted',
    instead: 'before <= 0',
  },
  {
    name: 'a stage that was interrupted beside a failure counts as failed',
    file: 'schedule.ts',
    find: 'this.failures[stage] = 0',
    instead: 'undefined',
  },
  {
    name: 'a suspended stage that ends as late counts as a reader twice',
    file: 'schedule.ts',
    find: 'this.readers !== undefined && this.#hadStarted?.has(stage) !== true',
    instead: 'this.readers !== undefined',
  },
  {
    name: 'a stage with streams starts at once',
    file: 'edge-plan.ts',
    find: '(cells[at + PENDING] as number) + sources.length',
    instead: 'cells[at + PENDING] as number',
  },
  {
    name: 'a stage with soft dependencies only is ready at once',
    file: 'edge-plan.ts',
    find: 'pending === 0 && soft[stage]?.length === 0',
    instead: 'pending === 0',
  },
  {
    name: 'streams, soft dependencies and gates count for no reader',
    file: 'edge-plan.ts',
    find: '(readers[source] as number)++',
    instead: 'undefined',
  },
  {
    name: 'a path over other edges than plain ones is not counted',
    file: 'edge-plan.ts',
    find: 'orderOf(all, turned(all))',
    instead: 'orderOf(values, turned(values))',
  },
]

/** Mistakes that could be made in the build's check of streams and gates. */
export const DEADLOCK_MISTAKES: readonly Mistake[] = [
  {
    name: 'a stage is not expected to wait for its dependencies',
    find: 'wait(started(stage), ended(source))',
    instead: 'undefined',
  },
  {
    name: 'a reader is expected to wait for the end of its source',
    find: 'wait(started(stage), started(source))',
    instead: 'wait(started(stage), ended(source))',
  },
  {
    name: 'a reader may end before its source',
    find: 'wait(ended(stage), ended(source))',
    instead: 'undefined',
  },
  { name: 'a source need not wait for its reader', find: 'wait(flowed(source), flowed(stage))', instead: 'undefined' },
  { name: 'an inbox that drops chunks holds its source back', find: 'if (!blocks) continue', instead: '' },
  { name: 'no inbox holds its source back', find: 'if (!blocks) continue', instead: 'continue' },
  {
    name: 'the hold of a generator is not expected to be full',
    find: 'wait(yields ? flowed(stage) : ended(stage), ended(gate))',
    instead: 'wait(ended(stage), ended(gate))',
  },
  {
    name: 'a stage that yields nothing is expected to fill its hold',
    find: 'wait(yields ? flowed(stage) : ended(stage), ended(gate))',
    instead: 'wait(flowed(stage), ended(gate))',
  },
  {
    name: 'a held source with a condition is expected to start',
    find: 'flows[source]?.mayNotStart === true',
    instead: 'false',
  },
  {
    name: 'a held source is never expected to start',
    find: 'flows[source]?.mayNotStart === true',
    instead: 'true',
  },
  {
    name: 'a gate is forgotten',
    find: 'wait(yields ? flowed(stage) : ended(stage), ended(gate))',
    instead: 'undefined',
  },
  {
    name: 'a stage may end before its chunks have flowed',
    find: '[[], [started(stage)], [flowed(stage)]]',
    instead: '[[], [started(stage)], [started(stage)]]',
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

async function importBroken(module: string, { file = module, ...change }: Mistake): Promise<object> {
  const url = moduleOf(module, (each, source) => (each === file ? changeSyntax(source, change) : source))
  return (await import(/* @vite-ignore */ url)) as object
}

/** `schedule.ts` as it is now, with one mistake made in it. */
export async function brokenSchedule(mistake: Mistake): Promise<ScheduleClass> {
  const module = (await importBroken('schedule.ts', mistake)) as { readonly Schedule: ScheduleClass }
  return module.Schedule
}

/** `edge-schedule.ts` as it is now, and the plans that it works on, with one mistake made in one of their files. */
export async function brokenEdgeSchedule(
  mistake: Mistake,
): Promise<readonly [Class: EdgeScheduleClass, create: typeof createEdgePlan]> {
  const given = { file: 'edge-schedule.ts', ...mistake }
  const schedules = (await importBroken('edge-schedule.ts', given)) as { readonly EdgeSchedule: EdgeScheduleClass }
  const plans = (await importBroken('edge-plan.ts', given)) as { readonly createEdgePlan: typeof createEdgePlan }
  return [schedules.EdgeSchedule, plans.createEdgePlan]
}

/** The check of streams and gates in `edge-plan.ts` as it is now, with one mistake made in it. */
export async function brokenCheck(mistake: Mistake): Promise<typeof findDeadlocks> {
  const module = (await importBroken('edge-plan.ts', mistake)) as { readonly findDeadlocks: typeof findDeadlocks }
  return module.findDeadlocks
}
