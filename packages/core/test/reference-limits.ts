// How the calls of one stage go in time, written to be obviously right. A call is worked out without its limits first. Then the
// first instant is looked for at which one of them passes, and everything after that instant is taken back.

export type Answer = 'ok' | 'fail' | 'skip' | 'retry'

/** One step of code: it waits, then does something. */
export interface Step {
  readonly ms: number
  readonly then: 'nothing' | 'heartbeat'
}
export interface Code {
  /** `stops`: when its signal aborts. `ignores`: goes on to its end. `streams`: a chunk after each step; stops at a chunk. */
  readonly kind: 'stops' | 'ignores' | 'streams'
  /** None: it answers at once. */
  readonly steps: readonly Step[]
  readonly answer: 'ok' | 'fail'
}
export type Layer =
  | {
      readonly kind: 'part'
      readonly deadlineMs: number | undefined
      readonly idleTimeoutMs: number | undefined
      readonly answer: Answer
    }
  | { readonly kind: 'abort'; readonly ms: number; readonly answer: Answer }
  | { readonly kind: 'retry'; readonly attempts: number; readonly delayMs: number }
  | { readonly kind: 'pass' }
export interface Scene {
  /** The outermost first. */
  readonly layers: readonly Layer[]
  /** Of each attempt; the last one is that of all that follow. */
  readonly codes: readonly Code[]
}

export interface Attempt {
  readonly startedAt: number
  readonly endedAt: number
  readonly status: Answer
  readonly code: Code
  readonly steps: readonly number[]
  readonly abortedAt: number
}
/** While a call waits for the code of the attempt before: limits of calls that began after `attempts` attempts stand still. */
interface Pause {
  readonly from: number
  readonly to: number
  readonly attempts: number
}
export interface Course {
  readonly answer: Answer
  /** What answered: the code, or a layer by its number. */
  readonly by: string
  readonly at: number
  readonly attempts: readonly Attempt[]
  readonly pauses: readonly Pause[]
  /** The limits that passed, as `layer why at time`. */
  readonly expired: readonly (readonly [line: string, at: number])[]
}

/** What the stage comes to that starts at 0. */
export const courseOf = (scene: Scene): Course => around(scene, 0, 0, [])

/** From layer `place` on, begun at `start` after the attempts of `before`. */
function around(scene: Scene, place: number, start: number, before: readonly Attempt[]): Course {
  const layer = scene.layers[place]
  if (layer === undefined) return attempt(scene, start, before)
  const inner = (at: number, attempts: readonly Attempt[]): Course => around(scene, place + 1, at, attempts)
  switch (layer.kind) {
    case 'pass':
      return inner(start, before)
    case 'retry': {
      let course = inner(start, before)
      for (let tries = 1; tries < layer.attempts && (course.answer === 'fail' || course.answer === 'retry'); tries++) {
        const next = inner(course.at + layer.delayMs, course.attempts)
        course = {
          ...next,
          pauses: [...course.pauses, ...next.pauses],
          expired: [...course.expired, ...next.expired],
        }
      }
      return course
    }
    case 'abort': {
      const course = inner(start, before)
      const at = start + layer.ms
      // An answer that came at once needs no timer.
      return course.at === start || course.at < at ? course : cut(course, at, layer.answer, `layer ${place}`)
    }
    case 'part': {
      const course = inner(start, before)
      const first = firstLimit(layer, start, before.length, course)
      // Of limits that pass at one instant the outermost answers, so this one takes back what those inside did then.
      if (first === undefined || course.at < first.at || course.at === start) return course
      const own = cut(course, first.at, layer.answer, `layer ${place}`)
      return { ...own, expired: [...own.expired, [`${place} ${first.why} at ${first.at}`, first.at]] }
    }
  }
}

function firstLimit(
  { deadlineMs, idleTimeoutMs }: Extract<Layer, { kind: 'part' }>,
  start: number,
  attempts: number,
  course: Course,
): { readonly why: 'deadline' | 'idle'; readonly at: number } | undefined {
  const pauses = course.pauses.filter((pause) => attempts >= pause.attempts)
  const isPaused = (at: number): boolean => pauses.some(({ from, to }) => from <= at && at < to)
  const signs = course.attempts
    .flatMap(signsOf)
    .filter((at) => at >= start && !isPaused(at))
    .toSorted((one, other) => one - other)
  let deadline = Infinity
  if (deadlineMs !== undefined) deadline = later(start, deadlineMs, pauses)
  let idle = Infinity
  if (idleTimeoutMs !== undefined) {
    idle = later(start, idleTimeoutMs, pauses)
    for (const sign of signs) if (sign < idle) idle = later(sign, idleTimeoutMs, pauses)
  }
  if (deadline === Infinity && idle === Infinity) return undefined
  return deadline <= idle ? { why: 'deadline', at: deadline } : { why: 'idle', at: idle }
}

/** When `ms` are over that began at `from` and stand still in the pauses, which may overlap. */
function later(from: number, ms: number, pauses: readonly Pause[]): number {
  let at = from + ms
  let seen = from
  for (const pause of pauses.toSorted((one, other) => one.from - other.from)) {
    const begin = Math.max(seen, pause.from)
    if (pause.to <= begin || begin >= at) continue
    at += pause.to - begin
    seen = pause.to
  }
  return at
}

/** One call of the code, after all code before it has ended. A stage that has delivered a chunk does not run again. */
function attempt(scene: Scene, asked: number, before: readonly Attempt[]): Course {
  const hasDelivered = (at: number): boolean =>
    before.some((one) => signsOf(one).some((sign) => sign <= at && one.code.kind === 'streams'))
  const refused = (at: number, pauses: readonly Pause[]): Course => ({
    answer: 'fail',
    by: 'a chunk before',
    at,
    attempts: before,
    pauses,
    expired: [],
  })
  if (hasDelivered(asked)) return refused(asked, [])
  const startedAt = Math.max(asked, ...before.map(({ endedAt }) => endedAt))
  const pauses = startedAt > asked ? [{ from: asked, to: startedAt, attempts: before.length }] : []
  if (hasDelivered(startedAt)) return refused(startedAt, pauses)
  const code = scene.codes[Math.min(before.length, scene.codes.length - 1)] as Code
  let time = startedAt
  const steps = code.steps.map(({ ms }) => (time += ms))
  const own: Attempt = { startedAt, endedAt: time, status: code.answer, code, steps, abortedAt: Infinity }
  return { answer: code.answer, by: 'code', at: time, attempts: [...before, own], pauses, expired: [] }
}

/** When code gives signs of life: its heartbeats, and the chunks that it delivers before it is aborted. */
const signsOf = ({ code, steps, endedAt, abortedAt }: Attempt): readonly number[] =>
  code.kind === 'streams'
    ? steps.filter((at) => at < abortedAt)
    : steps.filter((at, place) => at <= endedAt && code.steps[place]?.then === 'heartbeat')

/** A call is answered at `at`: what is inside is aborted, and nothing of it begins later. */
function cut(course: Course, at: number, answer: Answer, by: string): Course {
  return {
    answer,
    by,
    at,
    attempts: course.attempts.filter(({ startedAt }) => startedAt <= at).map((one) => aborted(one, at)),
    pauses: course.pauses.filter(({ from }) => from < at),
    expired: course.expired.filter(([, when]) => when < at),
  }
}

function aborted(one: Attempt, at: number): Attempt {
  if (one.endedAt <= at || one.abortedAt <= at || one.code.kind === 'ignores') return one
  const endedAt = one.code.kind === 'stops' ? at : one.steps.find((step) => step > at)
  // Code that streams sees the abort at its next chunk; after the last chunk it returns at once.
  return endedAt === undefined ? one : { ...one, endedAt, status: 'fail', abortedAt: at }
}
