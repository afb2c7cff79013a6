import { operationOf, stageOf } from './commands.ts'
import { createEdgePlan } from '../src/schedule/edge-plan.ts'
import { createPlan } from '../src/schedule/plan.ts'
import {
  BEGAN,
  CANCELLED,
  DETACHED,
  END,
  FAILED,
  INTERRUPT,
  INTERRUPTED,
  LEFT,
  OK,
  PARK,
  RUNNING,
  SETTLED,
  SKIPPED,
  STAYS,
  STOP,
  SUSPENDED,
  UNPARK,
  WAITED,
} from '../src/schedule/plan.ts'
import type { EdgePlan, EdgesByKind, findDeadlocks } from '../src/schedule/edge-plan.ts'
import type { Need, Plan } from '../src/schedule/plan.ts'
import type { EdgeSchedule } from '../src/schedule/edge-schedule.ts'
import type { Schedule } from '../src/schedule/schedule.ts'
import { NO_EDGES } from './random-graphs.ts'
import type { Wiring } from './random-graphs.ts'
import { findHanging } from './reference-flow.ts'
import { ReferenceSchedule } from './reference-schedule.ts'

const READ = ['running', 'staying', 'left', 'suspended', 'stopped', 'interrupted'] as const
type Checked = Pick<Schedule, 'feed' | 'take' | 'state' | 'why' | 'stays' | 'failureBehind' | (typeof READ)[number]>
export type ScheduleClass = new (...parts: ConstructorParameters<typeof Schedule>) => Checked
type CheckedEdges = Checked & Pick<EdgeSchedule, 'waitOf' | 'isHeld' | 'refusedBy'>
export type EdgeScheduleClass = new (...parts: ConstructorParameters<typeof EdgeSchedule>) => CheckedEdges

export interface ScheduleCase {
  readonly wiring: readonly Wiring[]
  /** Infinity: none. */
  readonly limit: number
  readonly goOn: boolean
  /** What its driver does, one number a step. */
  readonly moves: readonly number[]
}

function needsOf(wiring: readonly Wiring[]): readonly Need[] {
  return wiring.map(({ dependencies, join, late, edges }) => ({
    need:
      dependencies.length === 0 || join === 'settled'
        ? 0
        : join === 'every'
          ? dependencies.length
          : typeof join === 'object'
            ? join.quorum
            : 1,
    eager: join === 'any' || typeof join === 'object',
    late,
    uninterruptible: edges?.uninterruptible === true,
  }))
}

/** The plan of a random graph, by the same rules as a build. */
export const planOf = (wiring: readonly Wiring[]): Plan =>
  createPlan(
    wiring.map(({ dependencies }) => dependencies),
    needsOf(wiring),
  )

/** The edges of a random graph by kind. */
function edgesOf(wiring: readonly Wiring[]): EdgesByKind {
  const edges = wiring.map((each) => each.edges ?? NO_EDGES)
  return {
    values: wiring.map(({ dependencies }, stage) =>
      dependencies.filter((source) => edges[stage]?.streams.includes(source) === false),
    ),
    streams: edges.map(({ streams }) => streams),
    soft: edges.map(({ soft }) => soft),
    waits: edges.map(({ waits }) => waits),
    gates: edges.map(({ gates }) => gates),
  }
}

/** The plan of a random graph with edges of all kinds. */
export const edgePlanOf = (wiring: readonly Wiring[], create: typeof createEdgePlan = createEdgePlan): EdgePlan =>
  create(edgesOf(wiring), needsOf(wiring))

const ENDINGS = [OK, OK, OK, SKIPPED, FAILED, CANCELLED, SUSPENDED]
const NO_FACT = 15
/** How many kinds of moves there are. */
export const MOVES = 16
const NAMES = ['nothing', 'START', 'SKIP', 'ABORT', 'END', 'RESUME', 'ARM', 'RELEASE']

/** Drives a schedule through one case beside the reference; throws at the first thing that it does wrong. */
export const checkSchedule = (Class: ScheduleClass, given: ScheduleCase): void =>
  drive(new Class(planOf(given.wiring), given.limit, given.goOn), undefined, given)

/** The same for a graph with edges of all kinds. */
export function checkEdgeSchedule(
  Class: EdgeScheduleClass,
  given: ScheduleCase,
  create: typeof createEdgePlan = createEdgePlan,
): void {
  const schedule = new Class(edgePlanOf(given.wiring, create), given.limit, given.goOn)
  drive(schedule, schedule, given)
}

function drive(schedule: Checked, edged: CheckedEdges | undefined, { wiring, limit, goOn, moves }: ScheduleCase): void {
  const reference = new ReferenceSchedule(
    wiring,
    limit,
    goOn,
    (place) => schedule.failureBehind(place) >= 0,
    (place) => edged?.refusedBy(place),
  )
  const log: string[] = []
  const wrong = (what: string): never => {
    throw new Error(`${what}, after ${log.join(', ') || 'nothing'}`)
  }

  /** What a run never does: it knows that a stage may not suspend, and settles a stage that a gate has refused as skipped. */
  function isNever(fact: number, place: number, detail: number): boolean {
    const { edges = NO_EDGES } = wiring[place] ?? {}
    const { refusedBy } = reference.stages[place] ?? {}
    if (fact !== SETTLED) return fact === WAITED && detail < (reference.stages[place]?.waited ?? 0)
    if (detail % STAYS === SUSPENDED && edges.streams.length + edges.gates.length > 0) return true
    return refusedBy !== undefined && detail % STAYS !== SKIPPED
  }

  function feed(fact: number, stage: number, detail: number): void {
    if (isNever(fact, stage, detail)) return
    const accepted = schedule.feed(fact, stage, detail)
    log.push(`fact ${fact} of ${stage} (${detail})`)
    if (accepted !== reference.feed(fact, stage, detail)) wrong(`feed answered ${accepted}`)
    compare()
  }

  function take(): boolean {
    const command = schedule.take()
    const [operation, stage] = [operationOf(command), stageOf(command)]
    if (command === 0) {
      if (!reference.idle) wrong('nothing was commanded, and there is something to do')
      return false
    }
    log.push(`${NAMES[operation]} ${stage}`)
    if (!reference.allows(operation, stage)) wrong(`${NAMES[operation]} of stage ${stage} is wrong`)
    reference.take(operation, stage)
    compare()
    return operation !== END
  }

  function compare(): void {
    for (const key of READ) {
      if (schedule[key] !== reference[key]) wrong(`${key} is ${schedule[key]}, not ${reference[key]}`)
    }
    reference.stages.forEach((stage, place) => {
      if (schedule.state(place) !== stage.state)
        wrong(`the state of stage ${place} is ${schedule.state(place)}, not ${stage.state}`)
      if (schedule.stays(place) !== stage.stays) wrong(`stage ${place} ${stage.stays ? 'stays' : 'does not stay'}`)
      const failure = schedule.failureBehind(place)
      if (stage.state === SKIPPED && !stage.late && failure >= 0 !== stage.forFailure)
        wrong(`the failure behind stage ${place} is ${failure}`)
      if (failure >= 0 && schedule.state(failure) !== FAILED) wrong(`stage ${failure} behind ${place} has not failed`)
      if (edged !== undefined) compareEdges(edged, place)
      if (!isWhy(schedule.why(place), place)) wrong(`stage ${place} blames ${schedule.why(place)}`)
    })
  }

  function compareEdges(one: CheckedEdges, place: number): void {
    const { armed, refusedBy } = reference.stages[place] as ReferenceSchedule['stages'][number]
    if (armed && one.waitOf(place) !== reference.waitOf(place))
      wrong(`stage ${place} waits for ${one.waitOf(place)} ms, not ${reference.waitOf(place)}`)
    if (one.refusedBy(place) !== refusedBy)
      wrong(`gate ${one.refusedBy(place)} refuses stage ${place}, not ${refusedBy}`)
    const { state } = reference.stages[place] as ReferenceSchedule['stages'][number]
    if (state === RUNNING && !reference.stopped && one.isHeld(place) !== reference.isHeld(place))
      wrong(`stage ${place} is ${one.isHeld(place) ? '' : 'not '}held`)
  }

  /** The dependency that released or skipped a stage settled by the same fact that decided about it. */
  function isWhy(why: number, place: number): boolean {
    const stage = reference.stages[place] as ReferenceSchedule['stages'][number]
    if (why === -1) return stage.state === 0 || wiring[place]?.dependencies.length === 0 || stage.late
    if (why === place) return stage.late && stage.state === SKIPPED
    if (why === INTERRUPTED) return stage.interrupted
    if (stage.refusedBy === why) return true
    const { soft } = wiring[place]?.edges ?? NO_EDGES
    // It is released by the last soft dependency that settled, or else as time passes.
    if (soft.length > 0) return soft.includes(why) || wiring[place]?.dependencies.includes(why) === true
    return wiring[place]?.dependencies.includes(why) === true && reference.countedAt(why, place) === stage.decidedAt
  }

  const ILLEGAL = [LEFT, PARK, UNPARK, NO_FACT, ...(edged === undefined ? [] : [BEGAN, DETACHED, WAITED])]
  const armed = (): number[] => wiring.flatMap((_, place) => (reference.stages[place]?.armed === true ? [place] : []))
  const running = (): number[] =>
    wiring.flatMap((_, place) => (reference.stages[place]?.state === RUNNING ? [place] : []))
  const staying = (): number[] => wiring.flatMap((_, place) => (reference.stages[place]?.stays === true ? [place] : []))

  const parked = (): number[] => wiring.flatMap((_, place) => (reference.stages[place]?.parked === true ? [place] : []))

  /** What a number of `moves` means: rarely a stop, sometimes what is repeated or illegal, else what a runner does. */
  function move(choice: number): void {
    const number = Math.floor(choice / MOVES)
    const pick = (from: readonly number[]): number => from[number % from.length] ?? 0
    const ending = ENDINGS[number % ENDINGS.length] as number
    switch (choice % MOVES) {
      case 0:
        if (number % 5 === 0) feed(STOP, 0, 0)
        if (number % 5 === 1 && edged !== undefined) feed(INTERRUPT, 0, 0)
        return
      case 1:
        return feed(
          ILLEGAL[number % ILLEGAL.length] as number,
          Math.floor(number / ILLEGAL.length) % (wiring.length + 1),
          0,
        )
      case 2:
        return feed(SETTLED, number % (wiring.length + 1), number % (2 * STAYS))
      case 3:
      case 4:
      case 5:
        if (running().length > 0) feed(SETTLED, pick(running()), ending + (number % 4 === 0 ? STAYS : 0))
        return
      case 6:
        if (staying().length > 0) feed(LEFT, pick(staying()), 0)
        return
      case 7:
      case 8:
        if (running().length > 0) feed(PARK, pick(running()), 0)
        return
      case 9:
      case 10:
        if (parked().length > 0) feed(UNPARK, pick(parked()), 0)
        return
      case 11:
      case 12:
      case 13:
        if (edged === undefined) take()
        else if (choice % MOVES === 12 && armed().length > 0) feed(WAITED, pick(armed()), number % 4)
        else if (running().length > 0) feed(choice % MOVES === 13 ? DETACHED : BEGAN, pick(running()), 0)
        return
      default:
        // In a graph with edges there are more kinds of facts, so it takes several commands at once.
        for (let left = edged === undefined ? 0 : number % 4; left > 0; left--) take()
        take()
    }
  }

  compare()
  for (const choice of moves) if (!reference.ended) move(choice)
  // Whatever is left is played to its end.
  while (!reference.ended) {
    if (take()) continue
    if (reference.ended) break
    const [first] = running()
    const [stuck] = staying()
    const [waiting] = armed()
    const isRefused = first !== undefined && reference.stages[first]?.refusedBy !== undefined
    if (first !== undefined) feed(SETTLED, first, isRefused ? SKIPPED : OK)
    else if (waiting !== undefined) feed(WAITED, waiting, reference.waitOf(waiting))
    else if (stuck !== undefined) feed(LEFT, stuck, 0)
    else wrong('it neither goes on nor ends')
  }
  if (schedule.take() !== 0) wrong('something was commanded after END')
  if (!reference.stopped && reference.left > 0 && reference.suspended === 0) wrong('it ended with stages left')
}

export interface FlowCase {
  readonly wiring: readonly Wiring[]
  /** For each stage, whether its inbox holds its sources back, and whether it yields. */
  readonly blocks: readonly boolean[]
  readonly yields: readonly boolean[]
  /** For each stage, whether it has a condition. */
  readonly conditions: readonly boolean[]
}

/** Compares the build's check of edges with the simulation; throws where they differ. */
export function checkFlow(
  find: typeof findDeadlocks,
  { wiring, blocks, yields, conditions }: FlowCase,
): 'refused' | 'accepted' {
  const edges = edgesOf(wiring)
  const isRead = (stage: number): boolean => edges.streams.some((sources) => sources.includes(stage))
  const flows = wiring.map((_, stage) => ({
    blocks: blocks[stage] === true,
    yields: yields[stage] === true || isRead(stage),
    mayNotStart: conditions[stage] === true,
  }))
  const refused = find(edges, flows)
  const hanging = findHanging(edges, flows)
  if (refused.length > 0 !== hanging.length > 0)
    throw new Error(
      `the build ${refused.length > 0 ? `refuses [${refused.join('] [')}]` : 'accepts it'}, and the stages that hang are [${hanging.join()}]`,
    )
  for (const stage of refused.flat())
    if (!hanging.includes(stage)) throw new Error(`stage ${stage} is in a deadlock, and does not hang`)
  return refused.length > 0 ? 'refused' : 'accepted'
}
