import { StageOutput } from '@stageflow/core'
import type { AnyStage } from '@stageflow/core'
import { anyPipeline } from '../contract-base/any-pipeline.ts'
import { must } from '../contract-base/contract-case.ts'
import { TO_PASS, type InterceptorBench } from './interceptor-bench.ts'

type RunCase = (bench: InterceptorBench) => Promise<void>

/** Rules for the output of a stage. */
export const answerCases: Readonly<Record<string, RunCase>> = {
  'passes an ok output through untouched': (bench) =>
    passes(bench, 'completed', () =>
      StageOutput.ok({ text: 'Hello', list: [1, 2] }, { artifacts: [{ kind: 'draft' }], version: '7' }),
    ),
  'passes a skip through untouched': (bench) => passes(bench, 'completed', () => StageOutput.skip('nothing to do')),
  'passes a cancel through untouched': (bench) =>
    passes(bench, 'cancelled', () => StageOutput.cancel('that is enough')),
  'passes a suspend through untouched': (bench) =>
    passes(bench, 'suspended', () => StageOutput.suspend({ question: 'May it?' }, { state: { step: 1 } })),
  'passes a failure through untouched': async (bench) => {
    await passes(bench, 'failed', () => StageOutput.fail('it is broken', { retryable: false, data: { part: 3 } }))
    await passes(bench, 'failed', () => StageOutput.fail(declined(), { retryable: false }))
    await passes(bench, 'failed', () => {
      throw new TypeError('a bug of the stage')
    })
    await staysFailed(bench)
    await keepsFailing(bench)
  },
  'lets a stage that is synchronous through': synchronousStage,
  'lets the chunks of a stage that streams through': streamingStage,
  'changes nothing of what the stage sees': whatTheStageSees,
}

const declined = (): Error =>
  Object.assign(new Error('the card was declined', { cause: new Error('no cover') }), { code: 'declined', status: 402 })

async function passes(bench: InterceptorBench, status: string, answer: () => StageOutput): Promise<void> {
  bench.watch.answers.length = 0
  /** The output of the stage itself. An interceptor that ends the call changes what is seen inside. */
  let own: StageOutput | undefined
  /** Its text before an interceptor gets it. */
  let returned: string | undefined
  const answered = (output: StageOutput): StageOutput => {
    returned = JSON.stringify(output)
    return (own = output)
  }
  const graph = bench.alone({
    run: async () => {
      await Promise.resolve()
      try {
        return answered(answer())
      } catch (error) {
        answered(StageOutput.fail(error))
        throw error
      }
    },
  })
  const result = await bench.run(graph, bench.nextRun())
  const { outer, reached, inner: heard } = bench.answerOf('stage')
  must(own !== undefined || !bench.isRefused, bench.refused(`answered ${JSON.stringify(outer)}`))
  const inner = own ?? heard
  must(
    reached === 1 || inner.status === 'fail',
    `it ran a stage ${reached} times although it had ended "${inner.status}". Call next again only after a failure.`,
  )
  mustNotRepeat(inner, reached)
  must(
    JSON.stringify(outer) === (returned ?? JSON.stringify(inner)),
    `it returned ${JSON.stringify(outer)} although the stage had returned ${returned ?? JSON.stringify(inner)}. Return what next(context) returned, and don't change it.`,
  )
  must(
    result.status === status,
    `it made a run end as ${result.status} although its stage had ended "${inner.status}": it must end as ${status}.`,
  )
}

function mustNotRepeat(output: StageOutput, calls: number): void {
  must(
    calls === 1 || output.status !== 'fail' || output.retryable !== false,
    `it ran a stage ${calls} times whose failure says retryable: false. What the stage does may have been done, so a repeat may do it twice: call next again only if output.retryable isn't false.`,
  )
}

/** A stage that returns `retry` may run again. In the end it has failed. */
async function staysFailed(bench: InterceptorBench): Promise<void> {
  bench.watch.answers.length = 0
  const graph = bench.alone({ run: async () => StageOutput.retry('busy') })
  const { status } = await bench.run(graph, bench.nextRun())
  const { outer } = bench.answerOf('stage')
  must(
    (outer.status === 'retry' || outer.status === 'fail') && status === 'failed',
    `it returned ${JSON.stringify(outer)} for a stage that always returned "retry", and the run ended as ${status}: it must fail.`,
  )
}

/** Enough for an interceptor that counts failures to react. */
const FAILURES = 20

async function keepsFailing(bench: InterceptorBench): Promise<void> {
  const failure = StageOutput.fail('it is broken', { retryable: false })
  let calls = 0
  const graph = bench.alone({
    run: async () => {
      calls++
      return failure
    },
  })
  for (let time = 1; time <= FAILURES; time++) {
    calls = 0
    const { status, data } = await bench.run(graph, bench.nextRun())
    if (calls > 0) mustNotRepeat(failure, calls)
    must(
      status === 'failed',
      `it let run ${time} of a stage that always fails end as ${status}, with ${JSON.stringify(data)}. An interceptor that answers for a failing stage must answer with a failure.`,
    )
  }
}

const CHAIN = 50

async function synchronousStage(bench: InterceptorBench): Promise<void> {
  const reached = new Set<number>()
  const stages: AnyStage[] = []
  for (let place = 0; place < CHAIN; place++) {
    const previous = stages.at(-1)
    stages.push(
      bench.stage({
        name: `stage-${place}`,
        run: () => ({ reached: reached.add(place).size }),
        ...(previous === undefined ? undefined : { after: [previous] }),
      }),
    )
  }
  const result = await bench.run(bench.build(anyPipeline('chain', stages)), bench.nextRun())
  must(
    result.status === 'completed' || bench.ownFailures === '',
    `it did not let all calls through in a run of ${CHAIN} stages. ${TO_PASS}`,
  )
  must(
    result.status === 'completed' && reached.size === CHAIN,
    `it let a chain of ${CHAIN} synchronous stages end as ${result.status}, and reach ${reached.size} of them. next(context) returns an output or a promise of one: use after(answer, …) of core, or await it.`,
    result.report,
  )
}

async function streamingStage(bench: InterceptorBench): Promise<void> {
  const chunks: unknown[] = []
  const stage = bench.stage({
    name: 'stage',
    run: async function* (): AsyncGenerator<object, object> {
      for (const text of ['He', 'll', 'o']) {
        await Promise.resolve()
        yield { text }
      }
      return { text: 'Hello' }
    },
  })
  const graph = bench.buildUnlessRefused(anyPipeline('stream', [stage]))
  if (graph === undefined) return // it says at build that it cannot: no reader is left without chunks
  const run = graph.start(bench.nextRun())
  const reading = (async () => {
    for await (const event of run) {
      if (event.type === 'stage.stage.chunk') chunks.push((event.data as { chunk: { text: string } }).chunk.text)
    }
  })()
  const result = await bench.ends(run.settled)
  await reading
  const data = result.data['stage'] as { text?: string } | undefined
  must(
    chunks.join('|') === 'He|ll|o' && data?.text === 'Hello',
    `it let the chunks ${JSON.stringify(chunks)} and the output ${JSON.stringify(data)} of a stage through that yields He, ll, o and returns Hello. Call next once it is certain that the stage must run, and wait for its answer.`,
  )
}

async function whatTheStageSees(bench: InterceptorBench): Promise<void> {
  const port = { ask: () => 'answer' }
  const given = bench.input(bench.nextRun(), { requestId: 'request 1' })
  const facts: [what: string, seen: unknown, expected: unknown][] = []
  const source = bench.stage({ name: 'source', run: async () => ({ answer: 42 }) })
  const stage = bench.stage({
    name: 'stage',
    after: [source],
    run: async (context) => {
      if (facts.length > 0) return {} // a second call is the fault of another case
      facts.push(
        ['the input', (context.inputs.from('source') as { answer: number }).answer, 42],
        ['the port', context.ports['port'], port],
        ['the attempt', context.attempt, 1],
        ['the stage', context.stage.name, 'stage'],
        ['the clock', context.clock, bench.clock],
        ['snapshot.requestId', context.snapshot.requestId, 'request 1'],
        ['snapshot.metadata', JSON.stringify(context.snapshot.metadata), JSON.stringify(given.metadata)],
      )
      for (const [key, value] of Object.entries(given.extensions ?? {})) {
        const seen = (context.snapshot.extensions as Readonly<Record<string, unknown>>)[key]
        facts.push([`snapshot.extensions.${key}`, JSON.stringify(seen), JSON.stringify(value)])
      }
      return {}
    },
  })
  const graph = bench.build(anyPipeline('seen', [source, stage]), { ports: { port } })
  const { status } = await bench.ends(graph.start(given.metadata?.['contractRun'] as number, undefined, given).settled)
  must(facts.length > 0, bench.refused(`ended as ${status}`))
  const changed = facts.filter(([, seen, expected]) => seen !== expected)
  must(
    changed.length === 0,
    `it changed what the stage sees: ${changed.map(([what, seen, expected]) => `${what} is ${String(seen)} instead of ${String(expected)}`).join('; ')}.`,
  )
}
