import { operationOf, stageOf } from './commands.ts'
import { createPlan } from '../src/schedule/plan.ts'
import {
  CANCELLED,
  END,
  FAILED,
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
} from '../src/schedule/plan.ts'
import type { Schedule } from '../src/schedule/schedule.ts'
import type { Wiring } from './random-graphs.ts'
import { ReferenceSchedule } from './reference-schedule.ts'

export type ScheduleClass = new (
  ...parts: ConstructorParameters<typeof Schedule>
) => Pick<
  Schedule,
  | 'feed'
  | 'take'
  | 'state'
  | 'why'
  | 'stays'
  | 'failureBehind'
  | 'running'
  | 'staying'
  | 'left'
  | 'suspended'
  | 'stopped'
>

export interface ScheduleCase {
  readonly wiring: readonly Wiring[]
  /** 0: no limit. */
  readonly limit: number
  readonly goOn: boolean
  /** What its driver does, one number a step. */
  readonly moves: readonly number[]
}

/** The plan of a random graph, by the same rules as a build. */
export function planOf(wiring: readonly Wiring[]): ReturnType<typeof createPlan> {
  return createPlan(
    wiring.map(({ dependencies }) => dependencies),
    wiring.map(({ dependencies, join, late }) => ({
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
    })),
  )
}

const ENDINGS = [OK, OK, OK, SKIPPED, FAILED, CANCELLED, SUSPENDED]
const NO_FACT = 9
/** How many kinds of moves there are. */
export const MOVES = 16
const NAMES = ['nothing', 'START', 'SKIP', 'ABORT', 'END', 'RESUME']

/** Drives a schedule through one case beside the reference; throws at the first thing that it does wrong. */
export function checkSchedule(Class: ScheduleClass, { wiring, limit, goOn, moves }: ScheduleCase): void {
  const schedule = new Class(planOf(wiring), limit, goOn)
  const reference = new ReferenceSchedule(wiring, limit, goOn, (place) => schedule.failureBehind(place) >= 0)
  const log: string[] = []
  const wrong = (what: string): never => {
    throw new Error(`${what}, after ${log.join(', ') || 'nothing'}`)
  }

  function feed(fact: number, stage: number, detail: number): void {
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
    for (const key of ['running', 'staying', 'left', 'suspended', 'stopped'] as const) {
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
      if (!isWhy(schedule.why(place), place)) wrong(`stage ${place} blames ${schedule.why(place)}`)
    })
  }

  /** The dependency that released or skipped a stage settled by the same fact that decided about it. */
  function isWhy(why: number, place: number): boolean {
    const stage = reference.stages[place] as ReferenceSchedule['stages'][number]
    if (why === -1) return stage.state === 0 || wiring[place]?.dependencies.length === 0 || stage.late
    if (why === place) return stage.late && stage.state === SKIPPED
    return wiring[place]?.dependencies.includes(why) === true && reference.stages[why]?.settledAt === stage.decidedAt
  }

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
        return
      case 1:
        return feed(
          [LEFT, PARK, UNPARK, NO_FACT][number % 4] as number,
          Math.floor(number / 4) % (wiring.length + 1),
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
      default:
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
    if (first !== undefined) feed(SETTLED, first, OK)
    else if (stuck !== undefined) feed(LEFT, stuck, 0)
    else wrong('it neither goes on nor ends')
  }
  if (schedule.take() !== 0) wrong('something was commanded after END')
  if (!reference.stopped && reference.left > 0 && reference.suspended === 0) wrong('it ended with stages left')
}
