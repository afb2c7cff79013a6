import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { soft } from '../src/edges.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, PipelineReport, StageContext } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'
import { PROPERTY_TIMEOUT_MS, propertySettings } from './property-settings.ts'
import { draft, wire } from './random-graphs.ts'

interface Code {
  readonly then: 'ok' | 'skip' | 'fallback' | 'tolerated' | 'fail' | 'cancel'
  readonly isAsync: boolean
  readonly hasWhen: boolean
  readonly form: 'stage' | 'child' | 'map' | 'kids'
  /** How often it suspends before it ends: the stage, the last stage of the child, or the second item of the map. `kids`: a map of pipelines. */
  readonly questions: number
  /** Its dependencies that are soft, as bits, and how long it waits for each, in facts. */
  readonly soft: number
  readonly waits: number
  readonly map: {
    readonly keyed: boolean
    readonly concurrency: number | undefined
    readonly onItemFailure: 'fail' | 'skip' | 'collect'
  }
}
interface Case {
  readonly stages: readonly (Code & ReturnType<typeof wire>[number])[]
  readonly maxConcurrency: number | undefined
  readonly onStageFailure: 'stop' | 'continue'
  readonly layers: 'none' | 'wrap' | 'part' | 'both'
  readonly isOrderFree: boolean
  /** Whether an interceptor around runs takes its time. */
  readonly isSlow: boolean
  /** Picks which of the waiting stages are answered in each leg. */
  readonly picks: readonly number[]
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
  form: fc.constantFrom<Code['form'][]>('stage', 'stage', 'stage', 'child', 'map', 'kids'),
  questions: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(2) }),
  soft: fc.constantFrom(0, 0, 5, 10, 15),
  waits: fc.constantFrom(0, 1, 1, 1, 2, 1_000_000),
  map: fc.record({
    keyed: fc.boolean(),
    concurrency: fc.constantFrom(undefined, 1, 2),
    onItemFailure: fc.constantFrom<Code['map']['onItemFailure'][]>('fail', 'skip', 'collect'),
  }),
})

const randomCase: fc.Arbitrary<Case> = fc
  .record({
    drafts: fc.array(fc.tuple(draft, code), { minLength: 1, maxLength: 7 }),
    shuffled: fc.boolean(),
    maxConcurrency: fc.constantFrom(undefined, undefined, 1, 2),
    onStageFailure: fc.constantFrom<Case['onStageFailure'][]>('stop', 'continue'),
    layers: fc.constantFrom<Case['layers'][]>('none', 'wrap', 'part', 'both'),
    isOrderFree: fc.boolean(),
    isSlow: fc.boolean(),
    picks: fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
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
        // Whether data comes in time depends on that order.
        soft: 0,
        join: one.join === 'any' || one.join === 'quorum' ? ('settled' as const) : one.join,
      }
    })
    return { ...more, stages: wire(ordered, shuffled) as unknown as Case['stages'] }
  })

/** A join that needs some of its dependencies has only plain ones. */
const isSoft = ({ soft: bits, join }: Case['stages'][number], edge: number): boolean =>
  (bits >> edge) % 2 === 1 && join !== 'any' && typeof join === 'string'

/** Waits for as many turns of the event loop as the name of a stage says, so that stages end in a certain order. */
async function turns(name: string): Promise<void> {
  for (let left = name.length + Number(name.at(-1)) * 7; left % 5 > 0; left--)
    await new Promise<void>((resolve) => setImmediate(resolve))
}

function ends({ then, questions }: Code, context: StageContext, inputs: object): object {
  const { stage: its, resumed } = context
  const stage = its.name
  const asked = resumed === undefined ? 0 : Number(resumed.state)
  if (asked < questions) return StageOutput.suspend(`${stage}?`, { state: asked + 1 })
  if (then === 'skip') return StageOutput.skip('nothing to do')
  if (then === 'cancel') return StageOutput.cancel('enough')
  if (then !== 'ok') return StageOutput.fail('broken')
  return { stage, inputs: plain(inputs) }
}

const LAYERS: Record<Case['layers'], readonly Interceptor[]> = {
  none: [],
  wrap: [{ name: 'wrap', wrap: (next, { child }) => (child === undefined ? (context) => next(context) : next) }],
  part: [{ name: 'part', onCall: () => () => ({ ended() {} }) }],
  both: [
    { name: 'wrap', wrap: (next, { child }) => (child === undefined ? async (context) => next(context) : next) },
    { name: 'part', onCall: () => () => ({ ended() {} }) },
  ],
}

/** Stages that run as a child pipeline or a map have names with another letter. */
const nameOf = ({ form }: Code, place: number): string => `${form === 'stage' ? 's' : form[0]}${place}`

function slow(): Interceptor {
  let runs = 0
  return {
    name: 'slow',
    wrapRun: (next) => async (run) => {
      await turns(`r${runs++ % 5}`)
      const outcome = await next(run)
      await turns(`r${runs % 5}`)
      return outcome
    },
  }
}

/** `checked`: the stage that a deploy has given one more dependency. */
function graphOf(each: Case, calls: string[], asks = true, checked?: string) {
  const { layers, isSlow } = each
  const stages = each.stages.map((one) => (asks ? one : { ...one, questions: 0 }))
  let pipeline = new Pipeline('random')
  if (checked !== undefined)
    pipeline = pipeline.withStage('check', async () => {
      calls.push('check')
      await turns(checked)
      return { ok: true }
    }) as never
  const done = new Set<number>()
  const add = (place: number): void => {
    if (done.has(place)) return
    done.add(place)
    const one = stages[place] as Case['stages'][number]
    for (const source of one.dependencies) add(source)
    const name: 's0' = nameOf(one, place) as never // any name is as good for the types
    const options = {
      dependencies: [
        ...one.dependencies.map((source, edge) => {
          const dependency = nameOf(stages[source] as Code, source)
          return isSoft(one, edge) ? soft(dependency, { waitMs: one.waits }) : dependency
        }),
        ...(name === checked ? ['check'] : []),
      ],
      join: one.join,
      late: one.late ? 'abort' : 'finish',
      ...(one.hasWhen && { when: () => place % 3 !== 1 }),
      ...(one.then === 'fallback' && { onFailure: { fallback: { from: 'fallback' } } }),
      ...(one.then === 'tolerated' && { onFailure: 'skip' as const }),
    }
    const run = (context: StageContext): unknown => {
      called(context)
      const last = (): object => ends(one, context, context.inputs.toJSON() as object)
      return one.isAsync ? turns(name).then(last) : last()
    }
    /** Counts a call under its key. */
    const called = ({ stage, resumed }: StageContext, inside = ''): void => {
      const round = resumed === undefined ? 1 : Number(resumed.state) + 1
      calls.push(`${inside === '' ? stage.name : name}${inside}${round === 1 ? '' : `@${round}`}`)
    }
    if (one.form === 'stage') pipeline = pipeline.withStage(name, run as never, options as never) as never
    else if (one.form === 'child') {
      const child = new Pipeline('child')
        .withStage('first', async (context) => {
          called(context, '/first')
          await turns(name)
          return { from: 'first' }
        })
        .withStage(
          'last',
          (context) => {
            called(context, '/last')
            return ends(one, context, context.inputs.toJSON() as object)
          },
          { dependencies: ['first'] },
        )
      pipeline = pipeline.withPipeline(name, child, options as never) as never
    } else if (one.form === 'kids') {
      const kid = new Pipeline('kid')
        .withStage('first', async (context) => {
          called(context, `#${String(context.snapshot.inputText)}/first`)
          await turns(`${name}${String(context.snapshot.inputText)}`)
          return { from: 'first' }
        })
        .withStage(
          'last',
          (context) => {
            const place = context.snapshot.inputText as string
            called(context, `#${place}/last`)
            return place === '1' ? ends(one, context, context.inputs.toJSON() as object) : { place }
          },
          { dependencies: ['first'] },
        )
      pipeline = pipeline.withMap(name, {
        over: () => ['0', '1'],
        each: kid,
        input: (place: string) => ({ inputText: place }),
        concurrency: 2,
        ...options,
      } as never) as never
    } else
      pipeline = pipeline.withMap(name, {
        over: () => [1, 2, 3],
        each: async (number: unknown, context: StageContext) => {
          called(context, `#${context.item?.key}`)
          if (one.isAsync) await turns(`${name}${String(number)}`)
          return number === 2 ? ends(one, context, {}) : { number }
        },
        onItemFailure: one.map.onItemFailure,
        ...(one.map.concurrency !== undefined && { concurrency: one.map.concurrency }),
        ...(one.map.keyed && { key: (number: number) => `k${number}` }),
        ...options,
      } as never) as never
  }
  for (let place = 0; place < stages.length; place++) add(place)
  return pipeline.build({ interceptors: [...(isSlow ? [slow()] : []), ...LAYERS[layers]] })
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
/** Without times, which differ between legs, and without what depends on the order in which stages settle. */
const shown = ({ status, data, report }: { status: string; data: unknown; report: PipelineReport }): unknown => ({
  status,
  data: plain(data),
  stages: Object.values(report.stages).map(({ stage, status: its, tolerated, startedAt, attempts, items }) => ({
    stage,
    // Which items a map that ended early still had depends on that order, too.
    items: its === 'ok' ? items?.records.map(({ index, key, status: ended }) => [index, key, ended]) : undefined,
    status: its,
    tolerated,
    hasStarted: startedAt !== undefined,
    // In process, nothing asks.
    attempts: attempts.filter((attempt) => attempt.status !== 'suspend').length,
  })),
})

/** How often each stage asked, of those that did. */
const asked = ({ report }: Whole['result']): object =>
  Object.values(report.stages).map(({ stage, attempts }) => [
    stage,
    attempts.filter((attempt) => attempt.status === 'suspend').length,
  ])

interface Whole {
  readonly result: { readonly status: string; readonly data: unknown; readonly report: PipelineReport }
  readonly facts: ArrayExecutor['facts']
  readonly legs: number
}

/** Runs legs, and answers some of what waits after each, until the run has ended. */
async function untilEnd(
  each: Case,
  past: ArrayExecutor['facts'],
  calls: string[],
  leg: number,
  checked?: string,
): Promise<Whole> {
  const { onStageFailure, maxConcurrency, picks } = each
  const start = { options: { onStageFailure, ...(maxConcurrency !== undefined && { maxConcurrency }) } }
  let facts = past
  for (let legs = 0; ; legs++) {
    const executor = new ArrayExecutor(facts, { start, leg: leg + legs })
    const result = await runDurable(graphOf(each, calls, true, checked), executor, {})
    if (result.status !== 'suspended') return { result: result as never, facts: executor.facts, legs: legs + 1 }
    const open = [...executor.waiting.keys()].filter(
      (key) => !executor.facts.some((fact) => fact.kind === 'answer' && fact.key === key),
    )
    const pick = picks[legs % picks.length] as number
    const answered = open.filter((_, place) => (pick >> place) % 2 === 1)
    for (const key of answered.length > 0 ? answered : open.slice(0, 1)) executor.answer(key, `answer to ${key}`)
    ;({ facts } = executor)
  }
}

test(
  'a run that is resumed from any of its facts ends like the whole one, and calls nothing again that has settled',
  { timeout: PROPERTY_TIMEOUT_MS },
  async () => {
    let resumed = 0
    let waited = 0
    await fc.assert(
      fc.asyncProperty(randomCase, async (each) => {
        const { onStageFailure, maxConcurrency } = each
        const whole = await untilEnd(each, [], [], 1)
        waited += whole.facts.filter(({ kind }) => kind === 'timer').length
        if (each.isOrderFree) {
          const options = { onStageFailure, ...(maxConcurrency !== undefined && { maxConcurrency }) }
          const inProcess = await graphOf(each, [], false).runSettled({}, options)
          expect(shown(whole.result)).toEqual(shown(inProcess as never))
        }
        for (let cut = 0; cut <= whole.facts.length; cut++) {
          resumed++
          const calls: string[] = []
          const past = whole.facts.slice(0, cut)
          const { result } = await untilEnd(each, past, calls, 2)
          const settled = past.filter(({ kind }) => kind === 'call').map(({ key }) => key)
          expect(calls.filter((call) => settled.includes(call))).toEqual([])
          expect(new Set(calls).size).toBe(calls.length)
          if (each.isOrderFree || cut === whole.facts.length) {
            expect(shown(result)).toEqual(shown(whole.result))
            expect(asked(result)).toEqual(asked(whole.result))
          }
          if (cut === whole.facts.length) expect(calls).toEqual([])
        }
      }),
      // Each run is resumed from all of its facts.
      propertySettings(3_000, 1 / 60),
    )
    expect(resumed).toBeGreaterThan(200)
    expect(waited).toBeGreaterThan(0)
  },
)

const MOST_FACTS = 20

test(
  'a run whose waiting stage gets a dependency goes on in the same way from each fact that follows',
  { timeout: PROPERTY_TIMEOUT_MS },
  async () => {
    let changed = 0
    await fc.assert(
      fc.asyncProperty(randomCase, async (each) => {
        fc.pre(each.isOrderFree)
        const whole = await untilEnd(each, [], [], 1)
        // A deploy comes in the middle of the first leg that waits, and some answers have come.
        const asks = whole.facts.findIndex((fact) => fact.kind === 'call' && fact.facts.status === 'suspend')
        // Each fact is tried with each fact after it.
        fc.pre(asks >= 0 && whole.facts.length <= MOST_FACTS)
        changed++
        const checked = whole.facts[asks]?.key.split(/[/#@]/, 1)[0] as string
        for (let before = asks + 1; before <= whole.facts.length; before++) {
          const past = whole.facts.slice(0, before)
          if (past.some((fact) => fact.kind === 'call' && fact.key === checked && fact.facts.status !== 'suspend'))
            break
          if (past.some(({ key }) => key === `${checked}@2` || key === `${checked}@3`)) break
          const ended = await untilEnd(each, past, [], 2, checked)
          expect(ended.result.data).toMatchObject({ check: { ok: true } })
          for (let cut = before; cut <= ended.facts.length; cut++) {
            const calls: string[] = []
            const { result } = await untilEnd(each, ended.facts.slice(0, cut), calls, 3, checked)
            expect(shown(result)).toEqual(shown(ended.result))
            const settled = ended.facts
              .slice(0, cut)
              .filter(({ kind }) => kind === 'call')
              .map(({ key }) => key)
            expect(calls.filter((call) => settled.includes(call))).toEqual([])
          }
        }
      }),
      propertySettings(400, 1 / 32),
    )
    expect(changed).toBeGreaterThan(5)
  },
)
