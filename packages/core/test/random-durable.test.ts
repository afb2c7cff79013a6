import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, PipelineReport, StageContext } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'
import { PROPERTY_TIMEOUT_MS, propertySettings } from './property-settings.ts'
import { draft, wire } from './random-graphs.ts'

interface Code {
  readonly then: 'ok' | 'skip' | 'fallback' | 'tolerated' | 'fail' | 'cancel'
  readonly isAsync: boolean
  readonly hasWhen: boolean
  readonly form: 'stage' | 'child' | 'map'
}
interface Case {
  readonly stages: readonly (Code & ReturnType<typeof wire>[number])[]
  readonly maxConcurrency: number | undefined
  readonly onStageFailure: 'stop' | 'continue'
  readonly layers: 'none' | 'wrap' | 'part' | 'both'
  readonly isOrderFree: boolean
}

const code = fc.record({
  then: fc.constantFrom<Code['then'][]>(
    'ok',
    'ok',
    'ok',
    'ok',
    'ok',
    'skip',
    'fallback',
    'tolerated',
    'fail',
    'cancel',
  ),
  isAsync: fc.boolean(),
  hasWhen: fc.boolean(),
  form: fc.constantFrom<Code['form'][]>('stage', 'stage', 'stage', 'child', 'map'),
})

const randomCase: fc.Arbitrary<Case> = fc
  .record({
    drafts: fc.array(fc.tuple(draft, code), { minLength: 1, maxLength: 7 }),
    shuffled: fc.boolean(),
    maxConcurrency: fc.constantFrom(undefined, undefined, 1, 2),
    onStageFailure: fc.constantFrom<Case['onStageFailure'][]>('stop', 'continue'),
    layers: fc.constantFrom<Case['layers'][]>('none', 'wrap', 'part', 'both'),
    isOrderFree: fc.boolean(),
  })
  .map(({ drafts, shuffled, ...more }) => {
    const ordered = drafts.map(([one, its]) => {
      if (!more.isOrderFree) return { ...one, ...its }
      // The result of these joins and endings doesn't depend on the order in which stages settle.
      const then = its.then === 'fail' || its.then === 'cancel' ? ('ok' as const) : its.then
      return {
        ...one,
        ...its,
        then,
        late: false,
        join: one.join === 'any' || one.join === 'quorum' ? ('settled' as const) : one.join,
      }
    })
    return { ...more, stages: wire(ordered, shuffled) as unknown as Case['stages'] }
  })

/** Waits for as many turns of the event loop as the name of a stage says, so that stages end in a certain order. */
async function turns(name: string): Promise<void> {
  for (let left = name.length + Number(name.at(-1)) * 7; left % 5 > 0; left--)
    await new Promise<void>((resolve) => setImmediate(resolve))
}

function ends({ then }: Code, stage: string, inputs: object): object {
  if (then === 'skip') return StageOutput.skip('nothing to do')
  if (then === 'cancel') return StageOutput.cancel('enough')
  if (then !== 'ok') return StageOutput.fail('broken')
  return { stage, inputs: plain(inputs) }
}

const LAYERS: Record<Case['layers'], readonly Interceptor[]> = {
  none: [],
  wrap: [{ name: 'wrap', wrap: (next, { name }) => (name.startsWith('s') ? (context) => next(context) : next) }],
  part: [{ name: 'part', onCall: () => () => ({ ended() {} }) }],
  both: [
    { name: 'wrap', wrap: (next, { name }) => (name.startsWith('s') ? async (context) => next(context) : next) },
    { name: 'part', onCall: () => () => ({ ended() {} }) },
  ],
}

/** Stages that run as a child pipeline or a map have names with another letter, so that the wrap leaves them alone. */
const nameOf = ({ form }: Code, place: number): string => `${form === 'stage' ? 's' : form[0]}${place}`

function graphOf({ stages, layers }: Case, calls: string[]) {
  let pipeline = new Pipeline('random')
  const done = new Set<number>()
  const add = (place: number): void => {
    if (done.has(place)) return
    done.add(place)
    const one = stages[place] as Case['stages'][number]
    for (const source of one.dependencies) add(source)
    const name: 's0' = nameOf(one, place) as never // any name is as good for the types
    const options = {
      dependencies: one.dependencies.map((source) => nameOf(stages[source] as Code, source)),
      join: one.join,
      late: one.late ? 'abort' : 'finish',
      ...(one.hasWhen && { when: () => place % 3 !== 1 }),
      ...(one.then === 'fallback' && { onFailure: { fallback: { from: 'fallback' } } }),
      ...(one.then === 'tolerated' && { onFailure: 'skip' as const }),
    }
    const run = ({ inputs, stage }: StageContext): unknown => {
      calls.push(stage.name)
      const last = (): object => ends(one, stage.name, inputs.toJSON() as object)
      return one.isAsync ? turns(stage.name).then(last) : last()
    }
    if (one.form === 'stage') pipeline = pipeline.withStage(name, run as never, options as never) as never
    else if (one.form === 'child') {
      const child = new Pipeline('child')
        .withStage('first', async () => {
          calls.push(`${name}/first`)
          await turns(name)
          return { from: 'first' }
        })
        .withStage('last', (context) => (calls.push(`${name}/last`), ends(one, name, context.inputs.toJSON())), {
          dependencies: ['first'],
        })
      pipeline = pipeline.withPipeline(name, child, options as never) as never
    } else
      pipeline = pipeline.withMap(name, {
        over: () => [1, 2, 3],
        each: async (item: unknown) => {
          calls.push(`${name}#${Number(item) - 1}`)
          if (one.isAsync) await turns(`${name}${String(item)}`)
          return item === 2 ? ends(one, name, {}) : { item }
        },
        concurrency: 2,
        ...options,
      } as never) as never
  }
  for (let place = 0; place < stages.length; place++) add(place)
  return pipeline.build({ interceptors: LAYERS[layers] })
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
/** Without times, which differ between legs, and without what depends on the order in which stages settle. */
const shown = ({ status, data, report }: { status: string; data: unknown; report: PipelineReport }): unknown => ({
  status,
  data: plain(data),
  stages: Object.values(report.stages).map(({ stage, status: its, tolerated, startedAt, attempts }) => ({
    stage,
    status: its,
    tolerated,
    hasStarted: startedAt !== undefined,
    attempts: attempts.length,
  })),
})

test(
  'a run that is resumed from any of its facts ends like the whole one, and calls nothing again that has settled',
  { timeout: PROPERTY_TIMEOUT_MS },
  async () => {
    let legs = 0
    await fc.assert(
      fc.asyncProperty(randomCase, async (each) => {
        const options = {
          onStageFailure: each.onStageFailure,
          ...(each.maxConcurrency !== undefined && { maxConcurrency: each.maxConcurrency }),
        }
        const start = { options }
        const first = new ArrayExecutor([], { start })
        const whole = await runDurable(graphOf(each, []), first, {})
        if (each.isOrderFree) {
          const inProcess = await graphOf(each, []).runSettled({}, options)
          expect(shown(whole as never)).toEqual(shown(inProcess as never))
        }
        for (let cut = 0; cut <= first.facts.length; cut++) {
          legs++
          const calls: string[] = []
          const executor = new ArrayExecutor(first.facts.slice(0, cut), { start, leg: 2 })
          const resumed = await runDurable(graphOf(each, calls), executor, {})
          const settled = first.facts.slice(0, cut).map(({ key }) => key)
          expect(calls.filter((call) => settled.includes(call))).toEqual([])
          if (each.isOrderFree || cut === first.facts.length)
            expect(shown(resumed as never)).toEqual(shown(whole as never))
          if (cut === first.facts.length) expect(calls).toEqual([])
        }
      }),
      propertySettings(3_000),
    )
    expect(legs).toBeGreaterThan(200)
  },
)
