import { StageOutput } from '../src/index.ts'
import type { CallPart, Interceptor, InterceptorContext, OnCall, StageInfo } from '../src/index.ts'
import type { PartKind, PartOf } from './part-cases.ts'
import { placeIn } from './part-watch.ts'
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
  readonly aroundMaps: boolean
  readonly #part: PartOf
  readonly #number: number
  readonly #watch: PartWatch

  constructor(part: PartOf, number: number, watch: PartWatch) {
    this.name = `part-${number}`
    this.aroundMaps = part.aroundMaps
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
    if (kind === 'stops the run in onCall') watch.stop()
    const part = this.#partIn(context)
    // A part with an illegal limit is refused.
    if (kind !== 'limits by NaN' && kind !== 'limits without expired') watch.given(context, part, this.name)
    return part
  }

  #partIn(context: InterceptorContext): CallPart {
    const { kind, ms } = this.#part
    const watch = this.#watch
    const log = watch.partLog(context)
    const name = this.name
    // No two timers of a case are due at once, not even those of items of one map and of their child runs.
    const item = /#k?(\d)/.exec(placeIn(context.run, context.stage.name))?.[1] ?? 4
    const timeMs = ms + 2 ** -(16 + 5 * context.stage.index + this.#number) * (1 + Number(item) / 8)
    const part: { -readonly [Key in keyof CallPart]: CallPart[Key] } = {}
    const enter = enterOf(kind, name, watch.codeLog(context), () => {
      if (kind === 'stops the run in enter') watch.stop()
    })
    if (enter !== undefined) part.enter = enter
    if (kind.startsWith('limits')) {
      if (kind !== 'limits idle time') part.deadline = kind === 'limits by NaN' ? NaN : context.now + 2 * timeMs
      if (kind === 'limits idle time' || kind === 'limits both') part.idleTimeoutMs = timeMs
      if (kind !== 'limits without expired')
        part.expired = (why, inner) => {
          log.push(`${name} expires at ${watch.now}: ${why}, ${watch.seen(inner)}`)
          if (kind === 'limits with a throw') throw new Error(`${name} broke as it expired`)
          return limitOutput(kind, name)
        }
    }
    part.ended = (output, inner) => {
      watch.heard(part as CallPart, `${name} hears at ${watch.now}: ${watch.told(output)}, ${watch.seen(inner)}`)
      inner.note(`acme/${name}` as never, output.status as never)
      inner.tryEmitEvent('acme.heard', { by: name })
      if (kind === 'stops the run in ended') watch.stop()
      if (kind === 'throws in ended') throw new Error(`${name} broke`)
      // A promise where none is expected.
      return (kind === 'rejects in ended' ? Promise.reject(new Error(`${name} broke later`)) : undefined) as never
    }
    return part as CallPart
  }
}

/** What it answers an expired call with; the others answer with a failure. */
const LIMITS: Partial<Record<PartKind, (name: string) => StageOutput>> = {
  'limits with a fallback': (name) => StageOutput.ok({ from: name }),
  'limits with a skip': (name) => StageOutput.skip(`late for ${name}`),
  'limits with a retry': (name) => StageOutput.retry(`late for ${name}`),
  'limits with a cancel': (name) => StageOutput.cancel(`late for ${name}`),
  'limits with plain data': () => ({ status: 'late' }) as never,
  'limits with a promise': (name) => Promise.reject(new Error(`late for ${name}`)) as never,
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
  if (kind === 'enters' || kind === 'stops the run in enter') return within
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
  if (kind === 'rejects in enter')
    return (async (next: () => void) => {
      within(next)
      await Promise.resolve()
      throw new Error(`${name} rejected`)
    }) as never
  return undefined
}
