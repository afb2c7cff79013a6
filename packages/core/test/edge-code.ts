import { StageOutput, StageflowError } from '../src/index.ts'
import type { Clock, StageContext } from '../src/index.ts'
import type { EdgeRunCase, EdgeStageCase } from './edge-case.ts'
import type { CodeLog, EdgeLog } from './edge-log.ts'

export const nameOf = (place: number): string => `s${place}`
export const placeOf = (name: string): number => Number(name.slice(1))
/** Stands in everything that a stage makes: its data, chunks, events, reasons and errors. */
export const secretOf = (place: number): string => `secret of ${nameOf(place)};`
export const wordsOf = (place: number): string => `${secretOf(place)} says so`
export const FALLBACK = { from: 'fallback' }

/** What a stage says it has read or made: a chunk is a text, or the result of an item. */
const idOf = (source: number, chunk: unknown): string =>
  typeof chunk === 'string' ? chunk : itemId(source, (chunk as { readonly index: number }).index)
export const itemId = (place: number, index: number): string => `${secretOf(place)} item ${index}`

/** The code of the stages of a random run. */
export class EdgeCode {
  readonly log: EdgeLog
  readonly #clock: Clock
  readonly #stages: readonly EdgeStageCase[]

  constructor({ stages }: EdgeRunCase, clock: Clock, log: EdgeLog) {
    this.#stages = stages
    this.#clock = clock
    this.log = log
  }

  of(place: number): (context: StageContext) => object {
    const stage = this.#stages[place] as EdgeStageCase
    if (stage.form === 'generator') return (context) => this.#generator(stage, place, context)
    return (context) => this.#function(stage, place, context)
  }

  #begin(place: number, context: StageContext): CodeLog {
    const { inputs } = context
    const { soft = [] } = context.stage.name === nameOf(place) ? (this.#stages[place] as EdgeStageCase) : {}
    const statuses = soft.map((source) => inputs.status(nameOf(source)))
    this.log.received.push({ place, at: this.log.now(), text: JSON.stringify(inputs), soft: statuses })
    context.tryEmitEvent('app.said', { text: secretOf(place) })
    return this.log.begin(place, context.signal)
  }

  async #function(stage: EdgeStageCase, place: number, context: StageContext): Promise<object> {
    const code = this.#begin(place, context)
    try {
      if (this.#failsFirst(stage, place, context, code)) return this.#output('fail', place, code)
      await this.#pause(stage, context)
      for await (const _ of this.#chunks(stage, place, context, code)) await this.#pause(stage, context)
      return this.#output(stage.ending, place, code)
    } catch (error) {
      code.throws(error)
      throw error
    } finally {
      code.ends()
    }
  }

  async *#generator(stage: EdgeStageCase, place: number, context: StageContext): AsyncGenerator<string, object> {
    const code = this.#begin(place, context)
    const give = async function* (id: string): AsyncGenerator<string> {
      code.makes(id)
      code.waits()
      try {
        yield id
        code.attempt.accepted++
      } finally {
        code.goesOn()
      }
    }
    try {
      if (this.#failsFirst(stage, place, context, code)) return this.#output('fail', place, code)
      const call = this.log.of(place).length
      if (stage.ownFirst) yield* this.#own(stage, place, context, code, give)
      for await (const id of this.#chunks(stage, place, context, code)) {
        await this.#pause(stage, context)
        this.#checkLead(place, code)
        if (stage.passes) yield* give(`${secretOf(place)} call ${call} passes ${id}`)
      }
      if (!stage.ownFirst) yield* this.#own(stage, place, context, code, give)
      return this.#output(stage.ending, place, code)
    } catch (error) {
      code.throws(error)
      throw error
    } finally {
      code.ends()
    }
  }

  async *#own(
    stage: EdgeStageCase,
    place: number,
    context: StageContext,
    code: CodeLog,
    give: (id: string) => AsyncGenerator<string>,
  ): AsyncGenerator<string> {
    const call = this.log.of(place).length
    for (let chunk = 0; chunk < stage.chunks; chunk++) {
      await this.#pause(stage, context)
      this.#checkLead(place, code)
      yield* give(`${secretOf(place)} call ${call} chunk ${chunk}`)
    }
  }

  /** A source leads by at most the inbox of each reader that holds it back, and the one chunk that waits. */
  #checkLead(place: number, { attempt: { made } }: CodeLog): void {
    const { gates = [] } = this.#stages[place] ?? {}
    this.#stages.forEach(({ streams, maxWaiting, overflow, form }, reader) => {
      // What a held stage yields does not come to its readers yet.
      if (!streams.includes(place) || overflow !== 'block' || gates.length > 0) return
      const attempt = this.log.of(reader).at(-1)
      // A reader that has not begun, a map, which takes one item ahead, and a child, which reads nothing, are looked at elsewhere.
      if (attempt === undefined || form === 'map' || form === 'child') return
      if (
        attempt.signal.aborted ||
        attempt.endedAt !== undefined ||
        this.log.of(reader).some(({ loopEnd }) => loopEnd !== undefined)
      )
        return
      // Once a stream is cut, its reader gets no more chunks, and holds no source back.
      if (streams.some((source) => source !== place && this.#mayCut(source))) return
      const lead = made.length - (attempt.read.get(place)?.length ?? 0)
      if (lead > maxWaiting + 1) this.log.wrong.push(`${nameOf(place)} leads ${nameOf(reader)} by ${lead}`)
    })
  }

  #mayCut(source: number): boolean {
    const attempt = this.log.of(source).at(-1)
    if (attempt?.signal.aborted === true) return true
    if (attempt?.endedAt === undefined) return this.log.answered.has(source) || this.log.asked.has(source)
    return attempt.outcome !== 'ok' || this.#stages[source]?.around !== 'nothing'
  }

  /** The chunks that a stage reads, in its way. */
  async *#chunks(stage: EdgeStageCase, place: number, context: StageContext, code: CodeLog): AsyncGenerator<string> {
    if (stage.streams.length === 0) return
    const { reads, some, streams } = stage
    const [first] = streams as readonly [number]
    const chunks: AsyncIterator<unknown> = this.streamOf(stage, context)[Symbol.asyncIterator]()
    const next = async (): Promise<IteratorResult<unknown>> => {
      code.waits()
      try {
        return await chunks.next()
      } finally {
        code.goesOn()
      }
    }
    const statuses = (): readonly string[] => streams.map((source) => context.inputs.status(nameOf(source)))
    let count = 0
    let ahead = reads === 'ahead' ? next() : undefined
    try {
      for (;;) {
        if (count === some && reads === 'leaves') {
          code.loopEnds('left')
          await chunks.return?.()
          return
        }
        if (count === some && reads === 'throws') {
          code.loopEnds('left')
          await chunks.return?.()
          throw new Error(wordsOf(place))
        }
        if (count === some && reads === 'stops') {
          code.loopEnds('open')
          return
        }
        const step: Promise<IteratorResult<unknown>> = ahead ?? next()
        if (ahead !== undefined) {
          ahead = next()
          ahead.catch(() => {}) // it is awaited only if the loop goes on
        }
        const { done, value } = await step
        if (done === true) {
          code.loopEnds('clean')
          code.attempt.statuses = statuses()
          return
        }
        count++
        const item = value as { readonly stage: string; readonly chunk: unknown }
        const [source, chunk] = streams.length === 1 ? [first, value] : [placeOf(item.stage), item.chunk]
        const id = idOf(source, chunk)
        code.reads(source, id)
        yield id
      }
    } catch (error) {
      const isReason = context.signal.aborted && error === context.signal.reason
      code.loopEnds(isReason ? 'aborted' : StageflowError.is(error) ? error.code : 'left')
      if (isReason || !stage.catches || !StageflowError.is(error)) throw error
    } finally {
      // The code above was left by a throw, as a loop over the stream itself would be.
      if (code.attempt.loopEnd === undefined) {
        code.loopEnds('left')
        await chunks.return?.()
      }
    }
  }

  streamOf({ streams }: EdgeStageCase, { inputs }: Pick<StageContext, 'inputs'>): AsyncIterable<unknown> {
    const loose = inputs as unknown as { stream(stage?: string): AsyncIterable<unknown> }
    return streams.length === 1 ? loose.stream(nameOf(streams[0] as number)) : loose.stream()
  }

  /** Whether this is the attempt that fails. It may have asked for a chunk, which it does not wait for. */
  #failsFirst(stage: EdgeStageCase, place: number, context: StageContext, code: CodeLog): boolean {
    const { failsFirst, around, reads, streams } = stage
    const fails = failsFirst && (around === 'retry' || around === 'again') && this.log.of(place).length === 1
    if (fails && reads === 'ahead' && streams.length > 0) {
      const chunks = this.streamOf(stage, context)[Symbol.asyncIterator]()
      code.waits()
      chunks.next().then(
        () => code.goesOn(),
        () => code.goesOn(),
      )
    }
    return fails
  }

  #pause({ paceMs, stubborn }: EdgeStageCase, { signal }: StageContext): Promise<void> | undefined {
    return paceMs === 0 ? undefined : this.#clock.sleep(paceMs, stubborn ? undefined : signal)
  }

  #output(ending: EdgeStageCase['ending'], place: number, code: CodeLog): object {
    if (ending === 'throw') throw new Error(wordsOf(place))
    code.returns(ending)
    if (ending === 'ok') return { from: secretOf(place) }
    return ending === 'fail'
      ? StageOutput.fail(wordsOf(place), { retryable: true })
      : StageOutput[ending](wordsOf(place))
  }

  /** The stage of a child that yields. */
  inner(place: number): (context: StageContext) => object {
    const stage = this.#stages[place] as EdgeStageCase
    return (context) => this.#generator({ ...stage, streams: [], around: 'nothing' }, place, context)
  }

  /** An item of a map. */
  each(
    place: number,
  ): (item: unknown, context: StageContext & { readonly item?: { readonly index: number } }) => Promise<object> {
    const stage = this.#stages[place] as EdgeStageCase
    return async (_item, context) => {
      const index = context.item?.index as number
      this.log.goesOn(place, context.signal)
      try {
        await this.#pause(stage, context)
        if (index === stage.badItem) return StageOutput.fail(wordsOf(place))
        return { id: itemId(place, index) }
      } finally {
        this.log.pauses(place, context.signal)
      }
    }
  }
}
