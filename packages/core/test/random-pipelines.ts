import fc from 'fast-check'
import { draft, wire } from './random-graphs.ts'
import type { Ending, RunCase, StageCase } from './run-case.ts'

const MOST_STAGES = 10

// Mostly what lets a run go on: a run that ends with its first stage shows little.
const ending: fc.Arbitrary<Ending> = fc.oneof(
  { weight: 16, arbitrary: fc.constant('ok' as const) },
  { weight: 3, arbitrary: fc.constant('skip' as const) },
  { weight: 4, arbitrary: fc.constantFrom('fail' as const, 'throw' as const, 'retry' as const) },
  { weight: 1, arbitrary: fc.constantFrom('cancel' as const, 'aborts' as const) },
)

const stageDraft = draft.chain((each) =>
  fc.record({
    picks: fc.constant(each.picks),
    join: fc.constant(each.join),
    quorum: fc.constant(each.quorum),
    place: fc.constant(each.place),
    late: fc.constant(each.late),
    when: fc.oneof(
      { weight: 8, arbitrary: fc.constant('none' as const) },
      { weight: 3, arbitrary: fc.constantFrom('true' as const, 'false' as const) },
      { weight: 1, arbitrary: fc.constant('throws' as const) },
    ),
    onFailure: fc.constantFrom('none' as const, 'skip' as const, 'fallback' as const),
    style: fc.constantFrom('sync' as const, 'promise' as const, 'generator' as const),
    wholeMs: fc.integer({ min: 0, max: 20 }),
    endings: fc.tuple(ending, ending),
    chunks: fc.nat(2),
    stubborn: fc.boolean(),
    wrapped: fc.boolean(),
    earlyMs: fc.integer({ min: 0, max: 20 }),
  }),
)

const runDraft = fc.record({
  stages: fc.array(stageDraft, { minLength: 1, maxLength: MOST_STAGES }),
  shuffled: fc.boolean(),
  wrapper: fc.constantFrom(
    'none' as const,
    'passes' as const,
    'retries' as const,
    'answers early' as const,
    'calls again' as const,
  ),
  maxConcurrency: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  onStageFailure: fc.constantFrom('stop' as const, 'continue' as const),
  abortAtMs: fc.option(fc.integer({ min: -1, max: 60 }), { nil: undefined, freq: 2 }),
  timeoutMs: fc.option(fc.integer({ min: 0, max: 80 }), { nil: undefined, freq: 2 }),
  graceMs: fc.integer({ min: 0, max: 30 }),
  heard: fc.boolean(),
  followed: fc.boolean(),
  watched: fc.boolean(),
})

/** Code that outlives its run, or its stage, must not abort the caller's signal: what would come of that is another run's story. */
const isStubborn = ({
  stubborn,
  endings,
}: {
  readonly stubborn: boolean
  readonly endings: readonly Ending[]
}): boolean => stubborn && !endings.includes('aborts')

/** A part of a millisecond that is in no sum of the others: no two things of a run happen at the same instant by chance. */
const part = (digit: number): number => 4 ** -(digit + 1)
const ABORT = MOST_STAGES
const TIMEOUT = MOST_STAGES + 1
/** The grace time may run several times in one run: it has two digits of its own. */
const GRACE = MOST_STAGES + 3

/** Random runs in which the order of everything that takes time is certain, so that they can be foretold. */
export const certainRun: fc.Arbitrary<RunCase> = runDraft.map(
  ({ stages, shuffled, abortAtMs, timeoutMs, graceMs, ...rest }) => ({
    ...rest,
    stages: wire(stages, shuffled).map((stage, place): StageCase => ({
      ...stage,
      stubborn: isStubborn(stage),
      durationMs: stage.style === 'sync' ? 0 : stage.wholeMs + part(place),
      earlyMs: stage.earlyMs + 2 * part(place),
    })),
    abortAtMs: abortAtMs === undefined || abortAtMs < 0 ? abortAtMs : abortAtMs + part(ABORT),
    timeoutMs: timeoutMs === undefined ? undefined : timeoutMs + part(TIMEOUT),
    graceMs: graceMs + part(GRACE),
  }),
)

/** Random runs in which much happens at the same instant: what they come to is open, what they must keep to is not. */
export const crowdedRun: fc.Arbitrary<RunCase> = runDraft.map(
  ({ stages, shuffled, timeoutMs, abortAtMs, ...rest }) => ({
    ...rest,
    stages: wire(stages, shuffled).map((stage): StageCase => ({
      ...stage,
      stubborn: isStubborn(stage),
      durationMs: stage.style === 'sync' ? 0 : stage.wholeMs % 4,
      earlyMs: stage.earlyMs % 4,
    })),
    abortAtMs: abortAtMs === undefined ? undefined : (abortAtMs % 8) - 1,
    timeoutMs: timeoutMs === undefined ? undefined : 1 + (timeoutMs % 8),
    graceMs: rest.graceMs % 4,
  }),
)
