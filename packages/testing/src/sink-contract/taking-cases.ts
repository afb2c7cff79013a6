import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageflowEvent } from '@stageflow/core'
import { eventFacts, isPlain, isThenable, onRejection } from '@stageflow/core/kit'
import { anyPipeline, type AnyPipeline } from '../contract-base/any-pipeline.ts'
import { broken, must, mustEqual } from '../contract-base/contract-case.ts'
import { contractEvent, RUN, type SinkBench } from './sink-bench.ts'

type RunCase = (bench: SinkBench) => Promise<void>

/** Rules for `emit` and `tryEmit`. */
export const takingCases: Readonly<Record<string, RunCase>> = {
  'accepts an event before emit returns': takesAtOnce,
  'keeps the order of events': keepsOrder,
  'delivers every accepted event once': deliversOnce,
  'delivers every accepted event of a large burst': deliversLargeBurst,
  'delivers the whole event': deliversWhole,
  'returns true, false or undefined from tryEmit': answersTryEmit,
  'settles the promise of emit': settlesEmit,
  'does not throw for any event': throwsForNothing,
  'delivers an event whose data JSON cannot hold': deliversOddData,
  'does not change events': changesNothing,
  'keeps the order of events that occurred earlier than those before them': keepsOrderOfHeld,
  'keeps many runs at once apart': manyRuns,
  'delivers the last event of a run': endsRuns,
  'delivers the last event of a run that fails, is cancelled or waits': endsOtherRuns,
}

async function takesAtOnce(bench: SinkBench): Promise<void> {
  swallow(bench.emit(contractEvent(0)))
  swallow(bench.emit(contractEvent(1)))
  swallow(bench.emit(contractEvent(2)))
  await bench.finish()
  await expectSeqs(
    bench,
    [0, 1, 2],
    'of three events that were emitted without awaiting emit. Accept the event before emit returns; its promise only signals backpressure.',
  )
}

async function keepsOrder(bench: SinkBench): Promise<void> {
  for (let seq = 0; seq < 12; seq += 3) {
    swallow(bench.emit(contractEvent(seq)))
    bench.offer(contractEvent(seq + 1))
    await bench.emitAndWait(contractEvent(seq + 2))
  }
  await bench.finish()
  const seqs = await bench.seqs()
  must(
    seqs.every((seq, place) => place === 0 || seq >= (seqs[place - 1] as number)),
    `Events that came in order arrived as ${seqs.join(', ')}. Put the events of emit and tryEmit into one queue.`,
  )
}

/** What a stage did behind a gate is published when the gate opens, with the times at which it occurred. */
async function keepsOrderOfHeld(bench: SinkBench): Promise<void> {
  for (const [seq, timestamp] of [1_010, 1_002, 1_001, 1_001, 1_020, 1_003].entries())
    await bench.emitAndWait({ ...contractEvent(seq), timestamp })
  await bench.finish()
  const seqs = await bench.seqs()
  must(
    seqs.every((seq, place) => place === 0 || seq > (seqs[place - 1] as number)),
    `Events whose timestamps are older than those of the events before them arrived as ${seqs.join(', ')}. Keep the order of seq: what a stage does behind a gate is published later than it occurred.`,
  )
}

const BURST = 200

async function deliversOnce(bench: SinkBench): Promise<void> {
  const accepted = bench.offerBurst(0, BURST, BURST)
  await bench.finish()
  const counts = new Map<number, number>()
  for (const seq of await bench.seqs()) counts.set(seq, (counts.get(seq) ?? 0) + 1)
  mustArrive(bench, accepted, counts, BURST)
  const twice = [...counts].filter(([, count]) => count > 1)
  must(
    twice.length === 0,
    `Of ${BURST} events ${twice.length} arrived more than once, such as number ${twice[0]?.[0]}. Remove an event from the queue before you write it, and put it back only if that failed.`,
  )
}

/** More than a usual limit of a queue. */
const LARGE_BURST = 20_000

/** Offers events until the sink refuses some, or up to a number that is larger than most limits. */
async function deliversLargeBurst(bench: SinkBench): Promise<void> {
  const small = bench.offerBurst(0, BURST, BURST)
  const startedAt = bench.clock.now()
  await bench.flush()
  const tookMs = bench.clock.now() - startedAt
  const accepted = [...small, ...bench.offerBurst(BURST, LARGE_BURST, BURST)]
  // A sink that needs time on the clock for each event gets it in few steps.
  for (let step = 0; step < LARGE_BURST / BURST && tookMs > 0; step++) await bench.clock.advance(tookMs)
  await bench.finish()
  mustArrive(bench, accepted, new Set(await bench.seqs()), accepted.length)
}

function mustArrive(
  bench: SinkBench,
  accepted: readonly number[],
  arrived: { has(seq: number): boolean },
  count: number,
): void {
  const lost = accepted.filter((seq) => !arrived.has(seq))
  must(
    lost.length <= bench.dropped(),
    `Of ${count} events at once ${lost.length} were neither refused nor delivered, such as number ${lost[0]}. Return false for an event that you do not accept. If the sink drops accepted events on purpose and counts them, return dropped() beside it.`,
  )
}

async function deliversWhole(bench: SinkBench): Promise<void> {
  const events = wholeEvents()
  for (const event of events) await bench.emitAndWait(event)
  await bench.finish()
  const arrived = await bench.arrived()
  for (const event of events) {
    const its = arrived.find(({ seq }) => seq === event.seq) as Partial<Record<string, unknown>> | undefined
    must(its !== undefined, `Event ${event.seq} of ${events.length} did not arrive.`)
    for (const [name, value] of Object.entries(event))
      if (name !== 'data' && Object.hasOwn(its, name))
        mustEqual(jsonOf(its[name]), jsonOf(value), `the field ${name} of event ${event.seq} as it arrived`)
    mustHaveData(bench, event, its['data'])
  }
}

/** Each has other ids and data than the one before. The data of some is facts, and of others the words of users. */
function wholeEvents(): readonly StageflowEvent[] {
  const data: readonly (readonly [type: string, data: object])[] = [
    ['contract.said', { text: 'Hello', nested: { list: [1, 'two', null, { three: true }] } }],
    ['stage.contract.started', { kind: 'transform' }],
    ['contract.said', { at: new Date(86_400_000), missing: undefined, zero: 0, empty: '', no: false }],
    ['pipeline.started', { pipeline: 'contract' }],
    ['contract.said', {}],
    ['contract.said', { text: 'Ünïcode 😀 \u2028 "quoted" \\ and\nlines' }],
  ]
  return data.map(([type, its], place) => ({
    ...contractEvent(place, its),
    type,
    parentRunId: `parent-${place}`,
    requestId: `request-${place}`,
    sessionId: `session-${place}`,
    userId: `user-${place}`,
    orgId: `org-${place}`,
    interactionId: `interaction-${place}`,
    stage: `contract-${place}`,
  })) as readonly StageflowEvent[]
}

function mustHaveData({ data: which }: SinkBench, event: StageflowEvent, arrived: unknown): void {
  if (which === 'none') return
  const expected = which === 'facts' ? eventFacts(event) : event.data
  must(
    jsonOf(sorted(arrived)) === jsonOf(sorted(expected)),
    `The data of ${event.type} arrived as ${jsonOf(arrived)}, not as ${jsonOf(expected)}. If the sink leaves words of users out, return data: 'facts' beside it; if it writes no data, data: 'none'.`,
  )
}

const jsonOf = (value: unknown): string => JSON.stringify(value) ?? 'undefined'

/** What JSON holds of a value, with the keys of each object in order. */
function sorted(value: unknown): unknown {
  const text = jsonOf(value)
  if (text === 'undefined') return undefined
  return JSON.parse(text, (_, one: unknown) =>
    isPlain(one) ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1))) : one,
  )
}

async function answersTryEmit(bench: SinkBench): Promise<void> {
  for (let seq = 0; seq < 3; seq++) {
    const answer = bench.tryEmit(contractEvent(seq))
    swallow(answer)
    must(
      answer === undefined || typeof answer === 'boolean',
      `tryEmit returned ${isThenable(answer) ? 'a promise' : typeof answer}. It must not wait: return false for an event that you refuse, otherwise true or undefined.`,
    )
  }
}

async function settlesEmit(bench: SinkBench): Promise<void> {
  for (let seq = 0; seq < 20; seq++) await bench.emitAndWait(contractEvent(seq))
}

async function throwsForNothing(bench: SinkBench): Promise<void> {
  let seq = 0
  for (const [what, data] of hostileData()) {
    for (const way of ['emit', 'tryEmit'] as const)
      try {
        await bench.settles(bench[way](contractEvent(seq++, data)), `The promise of ${way}()`)
      } catch (error) {
        throw broken(`With ${what} in its data: ${(error as Error).message}`, error)
      }
  }
  await bench.emitAndWait(contractEvent(seq))
  await bench.finish()
  const seqs = await bench.seqs()
  must(
    seqs.includes(seq),
    'After events with hostile data (BigInt, circles, getters that throw) a plain event did not arrive. Drop only the event that cannot be written.',
  )
}

async function deliversOddData(bench: SinkBench): Promise<void> {
  const odd = hostileData()
  for (const [seq, [, data]] of odd.entries()) await bench.emitAndWait(contractEvent(seq, data))
  await bench.finish()
  const seqs = await bench.seqs()
  const lost = odd.filter((_, seq) => !seqs.includes(seq)).map(([what]) => what)
  must(
    lost.length <= bench.dropped(),
    `Events did not arrive that have ${lost.join(', ')} in their data. Catch what JSON.stringify throws, and write such an event without its data.`,
  )
}

/** Data that stages and packages may emit, and that breaks some code. */
function hostileData(): readonly (readonly [what: string, data: object])[] {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  let deep: object = {}
  for (let level = 0; level < 5_000; level++) deep = { deep }
  const getter = Object.defineProperty({}, 'value', {
    enumerable: true,
    get() {
      throw new Error('a getter that throws')
    },
  })
  const throwing = {
    toJSON() {
      throw new Error('a toJSON that throws')
    },
  }
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return [
    ['a BigInt', { value: 1n }],
    ['a circle', circle],
    ['five thousand levels', deep],
    ['a getter that throws', getter],
    ['a toJSON that throws', throwing],
    ['a revoked proxy', { value: proxy }],
    ['a symbol and a function', { value: Symbol('value'), call: () => {} }],
    ['undefined, NaN and an invalid date', { value: undefined, number: NaN, date: new Date(NaN) }],
    ['a key named __proto__', JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}') as object],
    ['no prototype', Object.assign(Object.create(null) as object, { value: 1 })],
    ['lone surrogates and line breaks', { text: '\ud800\u2028\u2029\r\n\u0000' }],
  ]
}

async function changesNothing(bench: SinkBench): Promise<void> {
  const events = [0, 1, 2, 3].map((seq) => contractEvent(seq, { words: ['a', 'b'], nested: { token: 'secret' } }))
  const before = JSON.stringify(events)
  events.forEach((event, place) => (place % 2 === 0 ? swallow(bench.emit(event)) : bench.offer(event)))
  const frozen = contractEvent(4, Object.freeze({ words: Object.freeze(['a']) }))
  await bench.emitAndWait(Object.freeze(frozen))
  await bench.finish()
  must(
    JSON.stringify(events) === before,
    `Events were changed: ${JSON.stringify(events)} instead of ${before}. Other sinks get the same object: copy an event before you change it.`,
  )
}

const RUNS = 20

async function manyRuns(bench: SinkBench): Promise<void> {
  const graph = new Pipeline('contract')
    .withStage('first', async (context) => {
      for (let turn = 0; turn < (Number(context.snapshot.metadata['run']) * 7) % 11; turn++) {
        context.tryEmitEvent('contract.turned', { turn })
        await Promise.resolve()
      }
      await context.emitEvent('contract.said', {})
      return {}
    })
    .build({ eventSink: bench.sink, clock: bench.clock })
  const runs = Array.from({ length: RUNS }, (_, run) =>
    graph.run({ pipelineRunId: `${RUN}-${run}`, metadata: { run } }),
  )
  const results = await bench.settles(Promise.all(runs), `${RUNS} runs at once`)
  await bench.finish()
  const arrived = (await bench.arrived()).filter(({ type }) => type !== 'pipeline.completed')
  results.forEach(({ report }, run) => {
    const seqs = arrived.filter(({ pipelineRunId }) => pipelineRunId === `${RUN}-${run}`).map(({ seq }) => seq)
    const own = [...new Set(seqs)]
    // Two of the stage, one of the run, one of its own, and its turns.
    const emitted = 4 + ((run * 7) % 11)
    must(
      own.length === emitted - report.droppedEvents,
      `Of ${RUNS} runs at once run ${run} emitted ${emitted} events before its last, of which ${report.droppedEvents} were refused; these arrived, by number: ${own.join(', ')}. Each run counts from 0: tell events apart by pipelineRunId and seq.`,
    )
  })
}

async function endsRuns(bench: SinkBench): Promise<void> {
  await endsAs(bench, { 'pipeline.completed': () => ({}) })
}

async function endsOtherRuns(bench: SinkBench): Promise<void> {
  await endsAs(bench, {
    'pipeline.failed': () => StageOutput.fail('down'),
    'pipeline.cancelled': () => StageOutput.cancel('not needed'),
    'pipeline.suspended': () => StageOutput.suspend({ question: 'Go on?' }),
  })
}

/** Runs that end in these ways, each as a run and as a child run: the last event of each must arrive. */
async function endsAs(bench: SinkBench, endings: Readonly<Record<string, () => unknown>>): Promise<void> {
  const options = { eventSink: bench.sink, clock: bench.clock }
  const runs: { readonly id: string; readonly type: string; readonly what: string }[] = []
  for (const [type, end] of Object.entries(endings)) {
    const own = (what: string): AnyPipeline =>
      anyPipeline('contract').withStage('only', (context) => {
        runs.push({ id: context.snapshot.pipelineRunId, type, what })
        // The sink may refuse any of these, but must keep a place for the last event.
        for (let count = 0; count < BURST / 4; count++) context.tryEmitEvent('contract.said', { count })
        return end()
      })
    const graphs = [own('a run'), anyPipeline('parent').withPipeline('child', own('a child run'))]
    const all = graphs.map((graph, place) =>
      graph.build(options).runSettled({ pipelineRunId: `${RUN}-${type}-${place}` }),
    )
    await bench.settles(Promise.all(all), 'Two runs')
  }
  await bench.finish()
  const arrived = await bench.allArrived()
  for (const { id, type, what } of runs) {
    const last = arrived.findLast(({ pipelineRunId }) => pipelineRunId === id)?.type
    must(
      last === type,
      `The last event of ${what} that arrived is ${last}; it must be ${type}. Keep a place for the last event of each run.`,
    )
  }
}

async function expectSeqs(bench: SinkBench, expected: readonly number[], how: string): Promise<void> {
  const seqs = await bench.seqs()
  must(
    seqs.join() === expected.join(),
    `The numbers ${seqs.join(', ') || 'of none'} arrived, not ${expected.join(', ')}, ${how}`,
  )
}

/** Ignores a rejection, which is the subject of another case. */
function swallow(answer: unknown): void {
  onRejection(answer, () => {})
}
