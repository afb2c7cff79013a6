import { Pipeline } from '@stageflow/core'
import { onRejection, isThenable } from '@stageflow/core/kit'
import { broken, must } from '../contract-base/contract-case.ts'
import { contractEvent, RUN, type SinkBench } from './sink-bench.ts'

type RunCase = (bench: SinkBench) => Promise<void>

/** Rules for `emit` and `tryEmit`. */
export const takingCases: Readonly<Record<string, RunCase>> = {
  'accepts an event before emit returns': takesAtOnce,
  'keeps the order of events': keepsOrder,
  'delivers every accepted event once': deliversOnce,
  'returns true, false or undefined from tryEmit': answersTryEmit,
  'settles the promise of emit': settlesEmit,
  'does not throw for any event': throwsForNothing,
  'does not change events': changesNothing,
  'keeps many runs at once apart': manyRuns,
  'delivers the last event of a run': endsRuns,
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

const BURST = 200

async function deliversOnce(bench: SinkBench): Promise<void> {
  const owed: number[] = []
  for (let seq = 0; seq < BURST; seq++) if (bench.offer(contractEvent(seq))) owed.push(seq)
  await bench.finish()
  const counts = new Map<number, number>()
  for (const seq of await bench.seqs()) counts.set(seq, (counts.get(seq) ?? 0) + 1)
  const lost = owed.filter((seq) => !counts.has(seq))
  must(
    lost.length === 0,
    `Of ${BURST} events at once ${lost.length} were neither refused nor delivered, such as number ${lost[0]}. Return false for an event that you do not accept.`,
  )
  const twice = [...counts].filter(([, count]) => count > 1)
  must(
    twice.length === 0,
    `Of ${BURST} events ${twice.length} arrived more than once, such as number ${twice[0]?.[0]}. Remove an event from the queue before you write it, and put it back only if that failed.`,
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
  const graph = new Pipeline('contract')
    .withStage('only', (context) => {
      // The sink may refuse any of these, but must keep a place for the last event.
      for (let count = 0; count < BURST / 4; count++) context.tryEmitEvent('contract.said', { count })
      return {}
    })
    .build({ eventSink: bench.sink, clock: bench.clock })
  const { report } = await bench.settles(graph.run({ pipelineRunId: RUN }), 'A run')
  await bench.finish()
  const last = (await bench.arrived()).at(-1)?.type
  must(
    last === 'pipeline.completed',
    `The last event of a run that arrived is ${last}; it must be pipeline.completed. Keep a place for the last event of each run.`,
    report.notes['core/problems'],
  )
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
