import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resumeRun } from '../src/durable.ts'
import type { SuspendedRun } from '../src/durable.ts'
import { Pipeline, StageOutput, defineStage } from '../src/index.ts'
import type { AnyStage, PipelineReport, StageContext } from '../src/index.ts'
import { PROPERTY_TIMEOUT_MS, propertySettings } from './property-settings.ts'
import { draft, wire } from './random-graphs.ts'

/** What a stage does. In each of its first `questions` calls it suspends. */
interface Code {
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

/** Builds the graph of a case. `asks`: whether stages suspend at all. */
function graphOf({ stages }: Case, asks: boolean, calls: string[]) {
  const made: AnyStage[] = []
  // A stage as a value names the stages before it, so they are made in an order that allows that.
  const make = (place: number): AnyStage =>
    (made[place] ??= ((): AnyStage => {
      const { dependencies, join, questions, then, isAsync } = stages[place] as Case['stages'][number]
      const run = ({ resumed, inputs, stage }: StageContext): object | Promise<object> => {
        calls.push(stage.name)
        const before = (resumed?.state ?? []) as readonly unknown[]
        const answers = resumed === undefined ? before : [...before, resumed.answer]
        const last = (): object => {
          if (asks && answers.length < questions) return StageOutput.suspend(`${stage.name}?`, { state: answers })
          if (then === 'skip') return StageOutput.skip('nothing to do')
          if (then !== 'ok') return StageOutput.fail('broken')
          return { stage: stage.name, inputs: { ...(inputs.toJSON() as object) } }
        }
        return isAsync ? Promise.resolve().then(last) : last()
      }
      return defineStage({
        name: `s${place}`,
        after: Object.fromEntries(dependencies.map((source) => [`s${source}`, make(source)])),
        join: join as 'all',
        run: run as never,
        ...(then === 'fallback' ? { onFailure: { fallback: { from: 'fallback' } } } : {}),
        ...(then === 'tolerated' ? { onFailure: 'skip' as const } : {}),
      }) as unknown as AnyStage
    })())
  const all = stages.map((_, place) => make(place))
  return Pipeline.from('random', all as never).build()
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
        let result = await graph.run({}, options)
        const expected = new Map<string, number>()
        for (let leg = 0; result.status === 'suspended'; leg++) {
          legs++
          const waiting = Object.keys(result.requests)
          for (const name of new Set(calls)) {
            const isOver = !waiting.includes(name)
            if (isOver) expected.set(name, calls.filter((one) => one === name).length)
          }
          const pick = each.picks[leg % each.picks.length] as number
          const answered = waiting.filter((_, place) => (pick >> place) % 2 === 1)
          if (answered.length === 0) answered.push(waiting[pick % waiting.length] as string)
          const answers = Object.fromEntries(answered.map((name) => [name, `answer ${leg}`]))
          const read: SuspendedRun = each.asJson ? (JSON.parse(JSON.stringify(result)) as SuspendedRun) : result
          result = await resumeRun(graph, read, answers as never, options)
        }
        for (const [name, count] of expected) expect(calls.filter((one) => one === name).length, name).toBe(count)
        expect(result.status).toBe(plain.status)
        expect(JSON.parse(JSON.stringify(result.data))).toEqual(JSON.parse(JSON.stringify(plain.data)))
        expect(statuses(result.report)).toEqual(statuses(plain.report))
      }),
      propertySettings(1_500),
    )
    expect(legs).toBeGreaterThan(50)
  },
)
