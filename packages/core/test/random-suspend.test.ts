import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resumeRun } from '../src/durable.ts'
import type { SuspendedRun } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { PipelineReport, StageContext } from '../src/index.ts'
import { PROPERTY_TIMEOUT_MS, propertySettings } from './property-settings.ts'
import { draft, wire } from './random-graphs.ts'
import type { UntypedGraph, UntypedResult } from './untyped-pipeline.ts'

/** What a stage does, or one item of a map of three. In each of its first `questions` calls it suspends. */
interface Code {
  readonly form: 'stage' | 'map'
  /** How a map names its items, how many run at once, and how many of them ask. The others are done in the first leg. */
  readonly map: { readonly keyed: boolean; readonly concurrency: number; readonly asking: number }
  readonly questions: number
  readonly then: 'ok' | 'skip' | 'fallback' | 'tolerated'
  readonly isAsync: boolean
}
interface Case {
  readonly stages: readonly (Code & ReturnType<typeof wire>[number])[]
  readonly maxConcurrency: number | undefined
  /** Picks which of the suspended stages are answered in each leg. */
  readonly picks: readonly number[]
  readonly asJson: boolean
}

const randomCase: fc.Arbitrary<Case> = fc
  .record({
    drafts: fc.array(
      fc.tuple(
        draft,
        fc.record({
          form: fc.constantFrom<Code['form'][]>('stage', 'stage', 'map'),
          map: fc.record({
            keyed: fc.boolean(),
            concurrency: fc.integer({ min: 1, max: 3 }),
            asking: fc.integer({ min: 1, max: 3 }),
          }),
          questions: fc.oneof(fc.constant(0), fc.nat(2)),
          then: fc.constantFrom<Code['then'][]>('ok', 'ok', 'ok', 'skip', 'fallback', 'tolerated'),
          isAsync: fc.boolean(),
        }),
      ),
      { minLength: 1, maxLength: 9 },
    ),
    shuffled: fc.boolean(),
    maxConcurrency: fc.constantFrom(undefined, 1, 2),
    picks: fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
    asJson: fc.boolean(),
  })
  .map(({ drafts, shuffled, ...more }) => {
    // The result of these joins doesn't depend on the order in which stages settle.
    const ordered = drafts.map(([one, code]) => ({
      ...one,
      ...code,
      late: false,
      join: one.join === 'any' || one.join === 'quorum' ? ('settled' as const) : one.join,
    }))
    return { ...more, stages: wire(ordered, shuffled) as unknown as Case['stages'] }
  })

/** The builder without its types: the stages of a case are known only when it is made. */
interface Loose {
  withStage(name: string, run: unknown, options: object): Loose
  withMap(name: string, options: object): Loose
  build(): UntypedGraph
}

/** Builds the graph of a case. `asks`: whether stages suspend at all. */
function graphOf({ stages }: Case, asks: boolean, calls: string[]): UntypedGraph {
  let pipeline = new Pipeline('random') as unknown as Loose
  const added = new Set<number>()
  const add = (place: number): void => {
    if (added.has(place)) return
    added.add(place)
    const one = stages[place] as Case['stages'][number]
    for (const source of one.dependencies) add(source)
    const name = `s${place}`
    const run = (context: StageContext): unknown => {
      const output = (): object => outputOf(one, context, asks)
      calls.push(placeOf(context))
      return one.isAsync ? Promise.resolve().then(output) : output()
    }
    const options = {
      dependencies: one.dependencies.map((source) => `s${source}`),
      join: one.join,
      ...(one.then === 'fallback' ? { onFailure: { fallback: { from: 'fallback' } } } : {}),
      ...(one.then === 'tolerated' ? { onFailure: 'skip' } : {}),
    }
    const { keyed, concurrency } = one.map
    pipeline =
      one.form === 'stage'
        ? pipeline.withStage(name, run, options)
        : pipeline.withMap(name, {
            ...options,
            over: () => [0, 1, 2],
            each: (_: number, context: StageContext) => run(context),
            concurrency,
            ...(keyed ? { key: (item: number) => `k${item}` } : {}),
          })
  }
  for (let place = 0; place < stages.length; place++) add(place)
  return pipeline.build()
}

const placeOf = ({ stage, item }: StageContext): string =>
  item === undefined ? stage.name : `${stage.name}#${item.key}`

function outputOf({ questions, then, map }: Code, context: StageContext, asks: boolean): object {
  const { resumed, inputs, item } = context
  const place = placeOf(context)
  if (item !== undefined && item.index >= map.asking) return { place }
  const before = (resumed?.state ?? []) as readonly unknown[]
  const answers = resumed === undefined ? before : [...before, resumed.answer]
  if (asks && answers.length < questions) return StageOutput.suspend(`${place}?`, { state: answers })
  if (then === 'skip') return StageOutput.skip('nothing to do')
  if (then !== 'ok') return StageOutput.fail('broken')
  return { place, inputs: { ...(inputs.toJSON() as object) } }
}

/** The open questions of a run: a stage, or an item of a map. */
const openIn = (requests: object): readonly string[] =>
  Object.entries(requests).flatMap(([name, request]) =>
    typeof request === 'string' ? [name] : Object.keys(request as object).map((key) => `${name}#${key}`),
  )

/** The answers to some questions. Those of the items of a map are by their keys. */
function answersTo(asked: readonly string[], answer: string): object {
  const answers: Record<string, unknown> = {}
  for (const place of asked) {
    const [name = '', key] = place.split('#')
    answers[name] = key === undefined ? answer : { ...(answers[name] as object | undefined), [key]: answer }
  }
  return answers
}

/** Which dependency released or skipped a stage depends on the order in which they settle; the rest does not. */
const statuses = (report: PipelineReport): unknown =>
  Object.values(report.stages).map(({ stage, status, reason, startedAt, tolerated, releasedBy }) => ({
    stage,
    status,
    reason: startedAt === undefined ? undefined : reason,
    tolerated,
    hasStarted: startedAt !== undefined,
    hasReleaser: releasedBy !== undefined,
  }))

test(
  'a run that suspends any number of times ends with what it does without suspending, and no settled stage runs again',
  { timeout: PROPERTY_TIMEOUT_MS },
  async () => {
    let legs = 0
    await fc.assert(
      fc.asyncProperty(randomCase, async (each) => {
        const options = each.maxConcurrency === undefined ? {} : { maxConcurrency: each.maxConcurrency }
        const plain = await graphOf(each, false, []).run({}, options)
        const calls: string[] = []
        const graph = graphOf(each, true, calls)
        let result: UntypedResult = await graph.run({}, options)
        const expected = new Map<string, number>()
        for (let leg = 0; result.status === 'suspended'; leg++) {
          legs++
          const waiting = openIn(result.requests ?? {})
          for (const place of new Set(calls)) {
            if (!waiting.includes(place)) expected.set(place, calls.filter((one) => one === place).length)
          }
          const pick = each.picks[leg % each.picks.length] as number
          const answered = waiting.filter((_, place) => (pick >> place) % 2 === 1)
          if (answered.length === 0) answered.push(waiting[pick % waiting.length] as string)
          const answers = answersTo(answered, `answer ${leg}`)
          const read: SuspendedRun = each.asJson
            ? (JSON.parse(JSON.stringify(result)) as SuspendedRun)
            : (result as never)
          result = (await resumeRun(graph as never, read, answers as never, options)) as UntypedResult
        }
        for (const [place, count] of expected) expect(calls.filter((one) => one === place).length, place).toBe(count)
        expect(result.status).toBe(plain.status)
        expect(JSON.parse(JSON.stringify(result.data))).toEqual(JSON.parse(JSON.stringify(plain.data)))
        expect(statuses(result.report)).toEqual(statuses(plain.report))
      }),
      propertySettings(1_500),
    )
    expect(legs).toBeGreaterThan(50)
  },
)
