import fc from 'fast-check'

/** What one interceptor does in the calls that it takes part in. */
export const PART_KINDS = [
  'nothing',
  'watches',
  'throws in ended',
  'rejects in ended',
  'enters',
  'enters without next',
  'enters twice',
  'throws before next',
  'throws after next',
  'rejects in enter',
  'limits',
  'limits with a fallback',
  'limits with a skip',
  'limits with a retry',
  'limits with a cancel',
  'limits with plain data',
  'limits with a promise',
  'limits with a throw',
  'limits idle time',
  'limits both',
  'limits by NaN',
  'limits without expired',
  'answers',
  'answers with a skip',
  'answers with a failure',
  'answers with a retry',
  'answers with a promise',
  'answers with null',
  'throws',
  'stops the run in onCall',
  'stops the run in enter',
  'stops the run in ended',
] as const
export type PartKind = (typeof PART_KINDS)[number]

export const BODY_KINDS = [
  'ok',
  'throws',
  'skips',
  'retries',
  'cancels',
  'returns a number',
  'beats at once',
  'beats before it waits',
  'sleeps',
  'beats',
  'fails late',
  'deaf',
  'never',
  'ends well when aborted',
  'streams',
  'streams and throws',
  'child',
  'lost child',
  'map',
  'repeat',
] as const
export type BodyKind = (typeof BODY_KINDS)[number]

/** One of `all`, but more often one of those that have most to do with each other. */
const mostly = <Kind>(often: readonly Kind[], all: readonly Kind[]): fc.Arbitrary<Kind> =>
  fc.oneof({ arbitrary: fc.constantFrom(...often), weight: 2 }, { arbitrary: fc.constantFrom(...all), weight: 1 })

const partArbitrary = fc.record({
  kind: mostly<PartKind>(['watches', 'enters', 'limits', 'limits idle time', 'limits both'], PART_KINDS),
  ms: fc.integer({ min: 1, max: 40 }),
  /** The places of the stages that it leaves alone, as bits. */
  leaves: fc.oneof(fc.constant(0), fc.nat(15)),
  aroundMaps: fc.boolean(),
})
const mapArbitrary: fc.Arbitrary<MapOf> = fc.record({
  each: fc.constantFrom('function' as const, 'generator' as const, 'pipeline' as const),
  concurrency: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  onItemFailure: fc.constantFrom('fail' as const, 'skip' as const, 'collect' as const),
  maxFailures: fc.option(fc.integer({ min: 0, max: 1 }), { nil: undefined }),
  keyed: fc.boolean(),
  streamed: fc.boolean(),
})
const stageArbitrary = fc.record({
  body: mostly<BodyKind>(['sleeps', 'beats', 'deaf'], BODY_KINDS),
  ms: fc.integer({ min: 0, max: 60 }),
  dependencies: fc.array(fc.nat(4), { maxLength: 2 }),
  join: fc.constantFrom('all' as const, 'any' as const, 'settled' as const),
  when: fc.constantFrom('no' as const, 'true' as const, 'false' as const),
  late: fc.boolean(),
  onFailure: fc.constantFrom('none' as const, 'skip' as const, 'fallback' as const),
  map: mapArbitrary,
})
export const partCaseArbitrary: fc.Arbitrary<PartCase> = fc.record({
  parts: fc.array(partArbitrary, { minLength: 1, maxLength: 5 }),
  stages: fc.array(stageArbitrary, { minLength: 1, maxLength: 4 }),
  cancelAt: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  timeoutMs: fc.option(fc.integer({ min: 1, max: 150 }), { nil: undefined }),
  maxConcurrency: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
  goOn: fc.boolean(),
  heard: fc.boolean(),
  wrapsMaps: fc.boolean(),
})

export interface PartOf {
  readonly kind: PartKind
  readonly ms: number
  readonly leaves: number
  readonly aroundMaps: boolean
}
/** How a map runs its items, in a stage whose body is a map. */
export interface MapOf {
  readonly each: 'function' | 'generator' | 'pipeline'
  readonly concurrency: number | undefined
  readonly onItemFailure: 'fail' | 'skip' | 'collect'
  readonly maxFailures: number | undefined
  readonly keyed: boolean
  readonly streamed: boolean
}
export interface StageOf {
  readonly body: BodyKind
  readonly ms: number
  readonly dependencies: readonly number[]
  readonly join: 'all' | 'any' | 'settled'
  readonly when: 'no' | 'true' | 'false'
  readonly late: boolean
  readonly onFailure: 'none' | 'skip' | 'fallback'
  readonly map: MapOf
}
export interface PartCase {
  readonly parts: readonly PartOf[]
  readonly stages: readonly StageOf[]
  readonly cancelAt: number | undefined
  readonly timeoutMs: number | undefined
  readonly maxConcurrency: number | undefined
  readonly goOn: boolean
  /** Whether a reader reads the events of the run as they come. */
  readonly heard: boolean
  /** Whether the wraps that are added are around maps too, and not only around their items. */
  readonly wrapsMaps: boolean
}
