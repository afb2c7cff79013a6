import { inspect, isDeepStrictEqual } from 'node:util'

import type { StageflowEvent } from '@stageflow/core'
import { eventFacts, textOf } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'

import type { Exporter } from './exporter.ts'
import type { ExporterUnderTest } from './exporter-under-test.ts'
import type { TimerWatch } from './watched-timers.ts'

/** What the cases use. */
export class ContractBench {
  readonly exporter: Exporter
  readonly timers: TimerWatch
  readonly #subject: ExporterUnderTest

  constructor(subject: ExporterUnderTest, timers: TimerWatch) {
    this.#subject = subject
    this.timers = timers
    this.exporter = watched(subject.exporter, timers)
  }

  /** The types of the events that have arrived, in order. */
  async arrived(): Promise<readonly string[]> {
    return (await this.#subject.written()).map(({ type }) => type)
  }

  /** Exports a new array of the events. */
  async export(events: readonly StageflowEvent[]): Promise<void> {
    await this.exporter.export([...events])
  }

  async flush(wait?: WaitOptions): Promise<void> {
    await this.exporter.flush?.(wait)
  }

  /** Fails the case unless exactly these events have arrived. `mayRepeat`: more than once is allowed. */
  async mustHave(events: readonly StageflowEvent[], when: string, mayRepeat = false): Promise<void> {
    const arrived = await this.arrived()
    const wanted = events.map(({ type }) => type).sort()
    const found = (mayRepeat ? [...new Set(arrived)] : [...arrived]).sort()
    must(
      wanted.join() === found.join(),
      `${when} the events ${short(wanted)} must have arrived${mayRepeat ? '' : ' once'}; what arrived is ${short(found)}.`,
    )
  }

  /** Fails the case unless the fields of these events have arrived as they were. */
  async mustHaveFields(events: readonly StageflowEvent[]): Promise<void> {
    const { data = 'all', ids = true } = this.#subject
    if (!ids && data === 'none') return
    const written = await this.#subject.written()
    for (const event of events) {
      const its = written.find(({ type }) => type === event.type) as Readonly<Record<string, unknown>> | undefined
      must(its !== undefined, `${event.type} did not arrive.`)
      for (const [name, value] of Object.entries(event)) {
        const isNeeded = ids && (name === 'seq' || name === 'pipelineRunId')
        if (name === 'data' || !(isNeeded || Object.hasOwn(its, name))) continue
        must(
          isDeepStrictEqual(asJson(its[name]), asJson(value)),
          `${name} of ${event.type} must be ${shown(value)}; what arrived is ${shown(its[name])}.`,
        )
      }
      if (data !== 'none') mustHaveData(event, data === 'facts' ? eventFacts(event) : event.data, its['data'])
    }
  }

  /** Fails the case if an error shows a secret, or one of these texts. */
  mustNotShow(error: unknown, texts: readonly string[], what: string): void {
    const text = inspect(error, { depth: 10, maxStringLength: Infinity, maxArrayLength: Infinity })
    const found = [...texts, ...(this.#subject.secrets ?? [])].find((one) => text.includes(one))
    must(found === undefined, `${what} shows ${shown(found)}: ${text.slice(0, 300)}.`, error)
  }

  async breakDownstream(): Promise<void> {
    must(
      this.#subject.breakDownstream !== undefined,
      'nothing can break what is behind the exporter. Return breakDownstream() and repairDownstream() beside the exporter, or leave these cases out with { outages: false }.',
    )
    await this.#subject.breakDownstream()
  }

  /** Returns false if it cannot be made to hang. */
  async hangDownstream(): Promise<boolean> {
    if (this.#subject.hangDownstream === undefined) return false
    await this.#subject.hangDownstream()
    return true
  }

  async repairDownstream(): Promise<void> {
    await this.#subject.repairDownstream?.()
  }
}

/** One rule of the contract. `check` throws if the exporter breaks it. */
export interface ExporterRule {
  /** What to do with an exporter that breaks it. */
  readonly mend: string
  readonly check: (bench: ContractBench) => Promise<void>
}

/** What a check has seen of a broken rule. The contract adds the rule, and what to do. */
export class Seen extends Error {}

/** Fails the case with what was seen, unless `holds`. */
export function must(holds: boolean, seen: string, cause?: unknown): asserts holds {
  if (!holds) throw new Seen(seen, { cause })
}

/** Fails the case if the promise rejects. `what`: the call. */
export async function mustResolve(promise: Promise<unknown>, what: string): Promise<void> {
  const rejection = await rejectionOf(promise)
  must(rejection === undefined, `${what} rejected with: ${textOf(rejection?.error)}`, rejection?.error)
}

/** What the promise rejects with, in a box; undefined if it resolves. */
export function rejectionOf(promise: Promise<unknown>): Promise<{ readonly error: unknown } | undefined> {
  return promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
}

/** Events with different types: `contract.e1` and so on. */
export function eventsFrom(first: number, count: number): readonly StageflowEvent[] {
  return Array.from({ length: count }, (_, index) => eventWith(first + index, { index }))
}

export function eventWith(number: number, data: object): StageflowEvent {
  const event = {
    type: `contract.e${number}`,
    data,
    seq: number,
    timestamp: 1_700_000_000_000 + number,
    pipelineRunId: 'contract-run',
    parentRunId: undefined,
    requestId: undefined,
    sessionId: undefined,
    userId: undefined,
    orgId: undefined,
    interactionId: undefined,
    stage: undefined,
  }
  return event as unknown as StageflowEvent
}

function mustHaveData({ type }: StageflowEvent, expected: unknown, arrived: unknown): void {
  must(
    isDeepStrictEqual(asJson(arrived ?? {}), asJson(expected ?? {})),
    `the data of ${type} must be ${shown(expected)}; what arrived is ${shown(arrived)}. If the exporter leaves words of users out, return data: 'facts' beside it; if it writes no data, data: 'none'.`,
  )
}

/** Calls the exporter within a watch of its timers. */
function watched(exporter: Exporter, timers: TimerWatch): Exporter {
  const flush = exporter.flush?.bind(exporter)
  const close = exporter.close?.bind(exporter)
  return {
    export: (...given) => timers.within(() => exporter.export(...given)),
    ...(flush !== undefined && { flush: (wait) => timers.within(() => flush(wait)) }),
    ...(close !== undefined && { close: (wait) => timers.within(() => close(wait)) }),
  }
}

const shown = (value: unknown): string => JSON.stringify(value) ?? 'undefined'
const asJson = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(shown(value)))

function short(types: readonly string[]): string {
  return types.length <= 8 ? `[${types.join(', ')}]` : `[${types.slice(0, 8).join(', ')}, … ${types.length} in all]`
}
