import { StageOutput } from '../src/index.ts'
import type { CallPart, Interceptor, InterceptorContext, OnCall, StageInfo } from '../src/index.ts'
import type { PartKind, PartOf } from './part-cases.ts'
import type { PartWatch } from './part-watch.ts'

type Answer = ReturnType<OnCall>

/** What it answers a call with as it begins. */
const ANSWERS: Partial<Record<PartKind, (name: string) => unknown>> = {
  answers: (name) => StageOutput.ok({ from: name }),
  'answers with a skip': (name) => StageOutput.skip(`skipped by ${name}`),
  'answers with a failure': (name) => StageOutput.fail(`failed by ${name}`),
  'answers with a retry': (name) => StageOutput.retry(`retry by ${name}`),
  'answers with a promise': () => Promise.resolve(StageOutput.ok()),
  'answers with null': () => null,
}

/** The interceptors of a case. They do nothing but take part in calls. */
export const partLayers = (parts: readonly PartOf[], watch: PartWatch): readonly Interceptor[] =>
  parts.map((part, number) => new PartLayer(part, number, watch))

class PartLayer implements Interceptor {
  readonly name: string
  readonly #part: PartOf
  readonly #number: number
  readonly #watch: PartWatch

  constructor(part: PartOf, number: number, watch: PartWatch) {
    this.name = `part-${number}`
    this.#part = part
    this.#number = number
    this.#watch = watch
  }

  onCall({ index }: StageInfo): OnCall | undefined {
    return (this.#part.leaves >> index) & 1 ? undefined : (context) => this.#asked(context)
  }

  #asked(context: InterceptorContext): Answer {
    const { kind } = this.#part
    const watch = this.#watch
    const log = watch.partLog(context)
    log.push(`${this.name} asked at ${watch.now}: ${watch.seen(context)}`)
    if (kind === 'nothing') return undefined
    if (kind === 'throws') throw new Error(`thrown by ${this.name}`)
    if (kind in ANSWERS) return ANSWERS[kind]?.(this.name) as Answer
    if (kind === 'stops the run as it is asked') watch.stop()
    if (kind === 'ends the part outside as it is asked') watch.lastPart(context)?.()
    const part = this.#partIn(context)
    watch.given(context, part, this.name)
    return part
  }

  #partIn(context: InterceptorContext): CallPart {
    const { kind, ms } = this.#part
    const watch = this.#watch
    const log = watch.partLog(context)
    const name = this.name
    // No two timers of a case are due at once.
    const timeMs = ms + 2 ** -(16 + 5 * context.stage.index + this.#number)
    const end = (output: StageOutput): void => {
      log.push(`${name} ends at ${watch.now}`)
      context.endCall(part, output)
    }
    const part: { -readonly [Key in keyof CallPart]: CallPart[Key] } = {
      onParked: (parked) => void log.push(`${name} ${parked ? 'parked' : 'goes on'}`),
      onHeartbeat: () => {
        log.push(`${name} beat at ${watch.now}`)
        if (kind === 'throws at a heartbeat') throw new Error(`beat of ${name}`)
        // Of a child and the stage above it, which hear of the same one, which ends first depends on how many promises lie between.
        if (kind === 'ends at a heartbeat' && context.run.parent === undefined) end(StageOutput.fail(`beat of ${name}`))
      },
    }
    const enter = enterOf(kind, name, watch.codeLog(context), () => {
      if (kind === 'ends its own as it enters') end(StageOutput.fail(`entered by ${name}`))
      if (kind === 'stops the run as it enters') watch.stop()
    })
    if (enter !== undefined) part.enter = enter
    let stop = (): void => {}
    if (kind.startsWith('limits')) {
      part.deadline = context.now + timeMs
      stop = watch.timer(timeMs, () => end(limitOutput(kind, name)))
      if (kind === 'limits idle time') {
        const beat = part.onHeartbeat
        part.onHeartbeat = () => {
          beat?.()
          stop()
          stop = watch.timer(timeMs, () => end(limitOutput(kind, name)))
        }
      }
    }
    part.ended = (output, inner) => {
      if (kind !== 'limits whatever became of it') stop()
      watch.heard(part, `${name} hears at ${watch.now}: ${watch.told(output)}, ${watch.seen(inner)}`)
      inner.note(`acme/${name}` as never, output.status as never)
      inner.tryEmitEvent('acme.heard', { by: name })
      if (kind === 'stops the run when it hears') watch.stop()
      if (kind === 'ends as it hears') end(StageOutput.fail(`ended by ${name}, which heard`))
      if (kind === 'throws when it hears') throw new Error(`${name} broke`)
      // A promise where none is expected.
      return (kind === 'rejects when it hears' ? Promise.reject(new Error(`${name} broke later`)) : undefined) as never
    }
    return part
  }
}

/** What it ends a call with whose time is over; the others do with a failure. */
const LIMITS: Partial<Record<PartKind, (name: string) => StageOutput>> = {
  'limits with a fallback': (name) => StageOutput.ok({ from: name }),
  'limits with a skip': (name) => StageOutput.skip(`late for ${name}`),
  'limits with a retry': (name) => StageOutput.retry(`late for ${name}`),
  'limits with a cancel': (name) => StageOutput.cancel(`late for ${name}`),
  'limits with no output': () => ({ status: 'late' }) as never,
}
const limitOutput = (kind: PartKind, name: string): StageOutput =>
  LIMITS[kind]?.(name) ?? StageOutput.fail(`late for ${name}`)

function enterOf(
  kind: PartKind,
  name: string,
  log: string[],
  before: () => void,
): NonNullable<CallPart['enter']> | undefined {
  const within = (next: () => void): void => {
    log.push(`${name} in`)
    before()
    next()
    log.push(`${name} out`)
  }
  if (kind === 'enters' || kind === 'ends its own as it enters' || kind === 'stops the run as it enters') return within
  if (kind === 'enters without next') return () => void log.push(`${name} in`)
  if (kind === 'enters twice')
    return (next) => {
      within(next)
      within(next)
    }
  if (kind === 'throws before next')
    return () => {
      throw new Error(`${name} threw before`)
    }
  if (kind === 'throws after next')
    return (next) => {
      within(next)
      throw new Error(`${name} threw after`)
    }
  if (kind === 'rejects as it enters')
    return (async (next: () => void) => {
      within(next)
      await Promise.resolve()
      throw new Error(`${name} rejected`)
    }) as never
  return undefined
}
