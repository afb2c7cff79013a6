import type { StageflowEvent } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'

import type { Exporter } from './exporter.ts'
import type { ExporterUnderTest } from './exporter-under-test.ts'

/** What the cases use. */
export class ContractBench {
  readonly exporter: Exporter
  readonly #subject: ExporterUnderTest

  constructor(subject: ExporterUnderTest) {
    this.#subject = subject
    this.exporter = subject.exporter
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

function short(types: readonly string[]): string {
  return types.length <= 8 ? `[${types.join(', ')}]` : `[${types.slice(0, 8).join(', ')}, … ${types.length} in all]`
}
