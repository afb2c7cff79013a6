import { Pipeline, StageOutput } from '@stageflow/core'
import type { PipelineResult, StageContext, StageGraph } from '@stageflow/core'
import { repeatUntil } from '@stageflow/core/repeat'
import { resumeRun } from '@stageflow/core/durable'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PROPERTY_TIMEOUT_MS, propertySettings } from '../../core/test/property-settings.ts'
import { draft, wire } from '../../core/test/random-graphs.ts'
import { pendingRequests, resume, suspendedState } from './index.ts'

/** What a stage does: code, a map, a child pipeline, or one that is repeated. In its first calls it suspends. */
interface Code {
  readonly form: 'code' | 'map' | 'child' | 'repeated'
  readonly questions: number
  readonly skips: boolean
  readonly data: unknown
}
interface Case {
  readonly stages: readonly (Code & ReturnType<typeof wire>[number])[]
  readonly picks: readonly number[]
}

/** JSON has no -0. */
const jsonValue = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown)
const code = fc.record({
  form: fc.constantFrom<Code['form'][]>('code', 'code', 'map', 'child', 'repeated'),
  questions: fc.oneof(fc.constant(0), fc.nat(2)),
  skips: fc.boolean(),
  data: fc.oneof(jsonValue, fc.array(fc.option(jsonValue, { nil: undefined }))),
})
const randomCase: fc.Arbitrary<Case> = fc
  .record({
    drafts: fc.array(fc.tuple(draft, code), { minLength: 1, maxLength: 7 }),
    picks: fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
  })
  .map(({ drafts, picks }) => {
    // The result of these joins doesn't depend on the order in which stages settle.
    const ordered = drafts.map(([one, more]) => ({ ...one, ...more, late: false, join: 'settled' as const }))
    return { picks, stages: wire(ordered, false) as unknown as Case['stages'] }
  })

/** Builds the graph of a case, as a new process does. `asks`: whether stages suspend at all. */
function graphOf({ stages }: Case, asks: boolean, calls: string[]): StageGraph<unknown, {}> {
  let made: any = new Pipeline('random')
  stages.forEach(({ dependencies, form, questions, skips, data }, place) => {
    const options = { dependencies: dependencies.map((source) => `s${source}`), join: 'settled' }
    const run = (context: StageContext): object => {
      const { resumed, inputs } = context
      calls.push(`s${place}`)
      const before = (resumed?.state ?? []) as readonly unknown[]
      const answers = resumed === undefined ? before : [...before, resumed.answer]
      if (asks && answers.length < questions) return StageOutput.suspend({ ask: data }, { state: answers })
      return { data, inputs: inputs.toJSON() }
    }
    const settledBefore = (): object => {
      calls.push(`s${place}.first`)
      return skips ? StageOutput.skip('nothing to do') : { data }
    }
    const child = new Pipeline(`child${place}`)
      .withStage('first', settledBefore)
      .withStage('last', run as () => object, 'guard')
    if (form === 'map')
      made = made.withMap(`s${place}`, {
        over: () => ['a', 'b', 'c'],
        each: (item: string, context: StageContext) => (item === 'b' ? run(context) : settledBefore()),
        ...options,
      })
    else if (form === 'code') made = made.withStage(`s${place}`, run, options)
    else if (form === 'child') made = made.withPipeline(`s${place}`, child, options)
    else made = made.withPipeline(`s${place}`, child, { ...options, repeat: repeatUntil('last') })
  })
  return made.build()
}

/** The answers for the picked requests, nested as the requests are. */
function answersFor(paths: readonly (readonly string[])[], pick: number, leg: number): Record<string, unknown> {
  const picked = paths.filter((_, place) => (pick >> place) % 2 === 1)
  const answers: Record<string, unknown> = {}
  for (const path of picked.length === 0 ? [paths[pick % paths.length] as readonly string[]] : picked) {
    let at = answers
    for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as typeof at
    at[path.at(-1) as string] = `answer ${leg}`
  }
  return answers
}

const outcome = ({ status, data, outputs }: PipelineResult<unknown>): unknown => ({
  status,
  data: { ...data },
  statuses: Object.fromEntries(
    Object.entries(outputs as Record<string, StageOutput>).map(([name, output]) => [name, output.status]),
  ),
})

test(
  'a run that goes through JSON at every suspension ends like one that is resumed from its results, and like one that never suspends',
  { timeout: PROPERTY_TIMEOUT_MS },
  async () => {
    let legs = 0
    await fc.assert(
      fc.asyncProperty(randomCase, async (each) => {
        const once: string[] = []
        const plain = await graphOf(each, false, once).run({})
        const calls: string[] = []
        const directCalls: string[] = []
        let stored = await graphOf(each, true, calls).run({})
        let direct = await graphOf(each, true, directCalls).run({})
        for (let leg = 0; stored.status === 'suspended' && direct.status === 'suspended'; leg++) {
          legs++
          const text = JSON.stringify(suspendedState(graphOf(each, true, []), stored))
          const paths = pendingRequests(text).map(({ path }) => path)
          const answers = answersFor(paths, each.picks[leg % each.picks.length] as number, leg)
          stored = await resume(graphOf(each, true, calls), text, answers as never)
          direct = await resumeRun(graphOf(each, true, directCalls), direct, answers as never)
          expect(outcome(stored)).toEqual(outcome(direct))
        }
        expect(outcome(stored)).toEqual(outcome(plain))
        expect(calls).toEqual(directCalls)
        // A stage runs once more for each of its questions; what had settled never runs again.
        for (const [place, { questions }] of each.stages.entries())
          expect(calls.filter((name) => name === `s${place}`)).toHaveLength(
            once.filter((name) => name === `s${place}`).length * (questions + 1),
          )
        const first = (names: readonly string[]): readonly string[] => names.filter((name) => name.endsWith('.first'))
        expect(first(calls).length).toBe(first(once).length)
      }),
      propertySettings(1_000),
    )
    expect(legs).toBeGreaterThan(50)
  },
)
