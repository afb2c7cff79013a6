import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import type { ScheduleClass } from './schedule-checks.ts'

/** A mistake that could be made in `schedule.ts`: this text in the place of that, which must occur once. */
export interface Mistake {
  readonly name: string
  readonly text: string
  readonly instead: string
}

export const MISTAKES: readonly Mistake[] = [
  {
    name: 'a stage is released while a dependency is pending',
    text: 'need <= 0 && (pending === 0 ||',
    instead: 'need <= 0 && (pending <= 1 ||',
  },
  {
    name: 'an eager join waits for everything',
    text: '(need !== 0 || eager[target] === 0)) continue',
    instead: 'true) continue',
  },
  {
    name: 'a need out of reach is noticed one dependency late',
    text: 'if (need > pending) {',
    instead: 'if (need > pending + 1) {',
  },
  { name: 'a skip is lost', text: 'this.#push(SKIP, stage)', instead: ';' },
  {
    name: 'a skip is not transitive',
    text: 'skipped = this.#tellDependents(stage, this.failureBehind(stage) < 0 ? SKIPPED : FAILED, skipped)',
    instead: ';',
  },
  { name: 'a failure is taken for a branch that was left out', text: ' need = pending + 1\n', instead: ';\n' },
  {
    name: 'a failure skips eager joins too',
    text: 'if (eager[target] === 0 && this.#plan',
    instead: 'if (this.#plan',
  },
  {
    name: 'what a failure skipped counts as skipped',
    text: 'this.failureBehind(stage) < 0 ? SKIPPED : FAILED',
    instead: 'SKIPPED',
  },
  {
    name: 'a failure that a stage started beside is not forgotten',
    text: 'if (failures !== undefined) failures[target] = 0',
    instead: '',
  },
  {
    name: 'a failure further back is not the one that counts',
    text: 'failures[stage] || stage + 1',
    instead: 'stage + 1',
  },
  {
    name: 'a failure that the run goes on after stops it',
    text: '(status === FAILED && !this.#goOn)',
    instead: 'status === FAILED',
  },
  { name: 'a cancel does not stop the run', text: 'if (status === CANCELLED || (', instead: 'if ((' },
  { name: 'a stopped run still releases', text: 'if (!this.stopped) this.#skipBehind', instead: 'this.#skipBehind' },
  {
    name: 'a stop lets what was ready start',
    text: 'if (this.stopped || this.cells[at] !== READY) return false',
    instead: 'if (this.cells[at] !== READY) return false',
  },
  { name: 'a stop aborts nobody', text: 'this.#push(ABORT, stage)', instead: ';' },
  { name: 'a stage settles twice', text: 'if (this.cells[at] !== RUNNING) return false', instead: '' },
  {
    name: 'a stage settles without an ending',
    text: 'if (status < OK || status > CANCELLED) return false',
    instead: '',
  },
  { name: 'END is commanded twice', text: '|| this.#ended) return 0', instead: ') return 0' },
  { name: 'a stage whose code stays gives its slot back', text: 'if (detail >= STAYS) this.staying++', instead: '' },
  { name: 'a slot is leaked', text: 'this.staying--\n    return true', instead: 'return true' },
  {
    name: 'LEFT is ignored',
    text: 'if (fact === LEFT) return this.#codeLeft(stage)',
    instead: 'if (fact === LEFT) return true',
  },
  {
    name: 'one stage too many runs',
    text: 'this.running + this.staying < this.#limit',
    instead: 'this.running + this.staying <= this.#limit',
  },
  {
    name: 'the shortest path starts first',
    text: 'new ReadyHeap(plan.order)',
    instead: 'new ReadyHeap(plan.order.map((place) => -place))',
  },
  {
    name: 'a stage with a reader left ends as late',
    text: '--(readers[source] as number) !== 0',
    instead: '--(readers[source] as number) > 1',
  },
  {
    name: 'a reader that starts is still waited for',
    text: 'this.#skipBehind(this.#unread(stage, undefined))',
    instead: ';',
  },
  {
    name: 'a reader that was skipped is still waited for',
    text: 'skipped = this.#unread(stage, skipped)',
    instead: ';',
  },
  {
    name: 'a reader that starts and then skips counts twice',
    text: 'this.#skipBehind(this.#tellDependents(stage, status, undefined))',
    instead: 'this.#skipBehind(status === SKIPPED ? [stage] : this.#tellDependents(stage, status, undefined))',
  },
  { name: 'a late stage that runs is not aborted', text: 'this.#push(ABORT, source)', instead: ';' },
  { name: 'a late stage is aborted again by a stop', text: ' && this.#readers?.[stage] !== ABORTED', instead: '' },
]

const sourceOf = (file: string): string => readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8')

/** A module of its own: no other test, and no measure of coverage, takes it for the real one. */
const moduleOf = (source: string): string =>
  `data:text/javascript,${encodeURIComponent(stripTypeScriptTypes(source)).replaceAll("'", '%27')}`

/** `schedule.ts` as it is now, with one mistake made in it. */
export async function brokenSchedule({ name, text, instead }: Mistake): Promise<ScheduleClass> {
  const parts = sourceOf('schedule.ts').split(text)
  if (parts.length !== 2)
    throw new Error(
      `The mistake "${name}" is made in place of ${JSON.stringify(text)}, which schedule.ts has ${parts.length - 1} times and must have once: adapt it.`,
    )
  const source = ['ready-heap.ts', 'schedule-codes.ts'].reduce(
    (whole, file) => whole.replace(`'./${file}'`, `'${moduleOf(sourceOf(file))}'`),
    parts.join(instead),
  )
  const module = (await import(/* @vite-ignore */ moduleOf(source))) as { readonly Schedule: ScheduleClass }
  return module.Schedule
}
