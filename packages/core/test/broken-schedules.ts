import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import type { ScheduleClass } from './schedule-checks.ts'

/** A mistake that could be made in `schedule.ts` or another file of it: this text in the place of that, which must occur once. */
export interface Mistake {
  readonly name: string
  readonly text: string
  readonly instead: string
  /** Default: schedule.ts. */
  readonly file?: string
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
    text: 'if (status < OK) return false',
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
    file: 'slots.ts',
    text: 'busy - this.#parked.size < this.#limit',
    instead: 'busy - this.#parked.size <= this.#limit',
  },
  {
    name: 'the shortest path starts first',
    text: 'new Slots(limit, plan.order)',
    instead: 'new Slots(limit, plan.order.map((place) => -place))',
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
  {
    name: 'a parked stage keeps its slot',
    file: 'slots.ts',
    text: 'busy - this.#parked.size < this.#limit',
    instead: 'busy < this.#limit',
  },
  {
    name: 'a resumed stage has no slot',
    file: 'slots.ts',
    text: 'if (stage !== undefined) this.#parked.delete(stage)',
    instead: '',
  },
  {
    name: 'a stage that starts is ahead of a parked one that goes on',
    text: 'const parked = slots.resume()',
    instead: 'const parked = slots.ready.size > 0 ? undefined : slots.resume()',
  },
  {
    name: 'the parked stage that came last is resumed first',
    file: 'slots.ts',
    text: 'this.#returning.shift()',
    instead: 'this.#returning.pop()',
  },
  { name: 'a parked stage that settles stays parked', text: 'this.#slots?.forget(stage)', instead: ';' },
  {
    name: 'a parked stage that settles is still resumed',
    file: 'slots.ts',
    text: 'if (place >= 0) this.#returning.splice(place, 1)',
    instead: '',
  },
  {
    name: 'a parked stage is resumed twice',
    file: 'slots.ts',
    text: ' && !this.#returning.includes(stage)',
    instead: '',
  },
  {
    name: 'a stage that has its slot is resumed',
    file: 'slots.ts',
    text: 'return this.#parked.has(stage) && ',
    instead: 'return ',
  },
  {
    name: 'a stage that does not run is parked',
    text: 'slots === undefined || this.stopped || this.state(stage) !== RUNNING',
    instead: 'slots === undefined || this.stopped',
  },
  {
    name: 'a stage of a stopped run is parked',
    text: 'slots === undefined || this.stopped || this.state(stage)',
    instead: 'slots === undefined || this.state(stage)',
  },
  {
    name: 'a stopped run resumes a parked stage',
    text: 'slots !== undefined && !this.stopped',
    instead: 'slots !== undefined',
  },
  { name: 'a late stage is aborted again by a stop', text: ' && this.#readers?.[stage] !== ABORTED', instead: '' },
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
export async function brokenSchedule({ name, text, instead, file = 'schedule.ts' }: Mistake): Promise<ScheduleClass> {
  const url = moduleOf('schedule.ts', (each, source) => {
    if (each !== file) return source
    const parts = source.split(text)
    if (parts.length === 2) return parts.join(instead)
    throw new Error(
      `The mistake "${name}" is made in place of ${JSON.stringify(text)}, which ${file} has ${parts.length - 1} times and must have once: adapt it.`,
    )
  })
  const module = (await import(/* @vite-ignore */ url)) as { readonly Schedule: ScheduleClass }
  return module.Schedule
}
