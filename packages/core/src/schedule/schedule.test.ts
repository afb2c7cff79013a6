import fc from 'fast-check'
import { operationOf, stageOf } from '../../test/commands.ts'
import { expect, test } from 'vitest'
import { PROPERTY_TIMEOUT_MS, propertySettings } from '../../test/property-settings.ts'
import type { Wiring } from '../../test/random-graphs.ts'
import { randomScheduleCase } from '../../test/random-schedules.ts'
import { checkSchedule, planOf } from '../../test/schedule-checks.ts'
import { Schedule } from './schedule.ts'
import { CANCELLED, FAILED, LEFT, OK, SETTLED, SKIPPED, START, STAYS, STOP, SUSPENDED } from './plan.ts'

const NAMES = ['', 'START', 'SKIP', 'ABORT', 'END']

function scheduleOf(
  wiring: readonly (Partial<Wiring> | undefined)[],
  { limit = Infinity, goOn = false } = {},
): Schedule {
  return new Schedule(
    planOf(wiring.map((each) => ({ dependencies: [], join: 'all', late: false, ...each }))),
    limit,
    goOn,
  )
}

/** Takes every command there is now. */
function commands(schedule: Schedule): readonly string[] {
  const taken: string[] = []
  for (let command = schedule.take(); command !== 0; command = schedule.take())
    taken.push(`${NAMES[operationOf(command)]} ${stageOf(command)}`)
  return taken
}

test(
  'after any facts, a schedule gives only commands that the reference allows, and has the states of the reference',
  () => {
    fc.assert(
      fc.property(randomScheduleCase, (each) => checkSchedule(Schedule, each)),
      propertySettings(8_000),
    )
  },
  PROPERTY_TIMEOUT_MS,
)

test('a stage starts when all its dependencies have settled, and END comes once', () => {
  const schedule = scheduleOf([undefined, undefined, { dependencies: [0, 1] }])
  expect(commands(schedule)).toEqual(['START 0', 'START 1'])
  expect(schedule.feed(SETTLED, 1, OK)).toBe(true)
  expect(commands(schedule)).toEqual([])
  schedule.feed(SETTLED, 0, OK)
  expect(commands(schedule)).toEqual(['START 2'])
  expect(schedule.why(2)).toBe(0)
  schedule.feed(SETTLED, 2, OK)
  expect(commands(schedule)).toEqual(['END 0'])
  expect(commands(schedule)).toEqual([])
})

test.each([
  ['all', 'START'],
  ['every', 'SKIP'],
  ['any', 'START'],
  ['settled', 'START'],
  [{ quorum: 1 }, 'START'],
  [{ quorum: 2 }, 'SKIP'],
] as const)('of two dependencies one is skipped and one is ok: a stage with join %o gets %s', (join, command) => {
  const schedule = scheduleOf([undefined, undefined, { dependencies: [0, 1], join }])
  commands(schedule)
  schedule.feed(SETTLED, 0, SKIPPED)
  schedule.feed(SETTLED, 1, OK)
  expect(commands(schedule)).toContain(`${command} 2`)
})

test('a skip also skips the stages that need it, and no others', () => {
  const schedule = scheduleOf([
    undefined,
    { dependencies: [0] },
    { dependencies: [1] },
    { dependencies: [2], join: 'settled' },
  ])
  commands(schedule)
  schedule.feed(SETTLED, 0, SKIPPED)
  expect(commands(schedule)).toEqual(['SKIP 1', 'SKIP 2', 'START 3'])
  expect([1, 2, 3].map((stage) => schedule.why(stage))).toEqual([0, 1, 2])
})

test('a failure stops the run, or counts as not ok if the run goes on', () => {
  const wiring = [undefined, undefined, { dependencies: [0] }, { dependencies: [0], join: 'settled' as const }]
  const stopping = scheduleOf(wiring)
  const going = scheduleOf(wiring, { goOn: true })
  for (const schedule of [stopping, going]) {
    commands(schedule)
    schedule.feed(SETTLED, 0, FAILED)
  }
  expect(commands(stopping)).toEqual(['ABORT 1'])
  expect(commands(going)).toEqual(['SKIP 2', 'START 3'])
})

test.each([
  ['all', 'SKIP'],
  ['every', 'SKIP'],
  ['any', 'START'],
  ['settled', 'START'],
  [{ quorum: 1 }, 'START'],
  [{ quorum: 2 }, 'SKIP'],
] as const)('of two dependencies one failed and one is ok: a stage with join %o gets %s', (join, command) => {
  for (const order of [
    [0, 1],
    [1, 0],
  ] as const) {
    const schedule = scheduleOf([undefined, undefined, { dependencies: [0, 1], join }], { goOn: true })
    commands(schedule)
    for (const stage of order) schedule.feed(SETTLED, stage, stage === 0 ? FAILED : OK)
    expect(commands(schedule)).toContain(`${command} 2`)
  }
})

test('a stage that needs all is skipped as soon as one dependency has failed, and so are the stages that need it', () => {
  const schedule = scheduleOf(
    [
      undefined,
      undefined,
      { dependencies: [0, 1] },
      { dependencies: [2, 1] },
      { dependencies: [3, 1], join: 'every' },
      { dependencies: [4, 1], join: 'settled' },
      { dependencies: [4, 1], join: 'any' },
    ],
    { goOn: true },
  )
  commands(schedule)
  schedule.feed(SETTLED, 0, FAILED)
  expect(commands(schedule)).toEqual(['SKIP 2', 'SKIP 3', 'SKIP 4'])
  expect([2, 3, 4].map((stage) => [schedule.why(stage), schedule.failureBehind(stage)])).toEqual([
    [0, 0],
    [2, 0],
    [3, 0],
  ])
  schedule.feed(SETTLED, 1, OK)
  expect(commands(schedule)).toEqual(['START 5', 'START 6'])
  expect([0, 1, 5, 6].map((stage) => schedule.failureBehind(stage))).toEqual([-1, -1, -1, -1])
})

test('a stage that skips leave out of reach counts as failed if a failure contributed to it, in either order', () => {
  for (const order of [
    [FAILED, SKIPPED],
    [SKIPPED, FAILED],
  ] as const) {
    const schedule = scheduleOf(
      [
        undefined,
        undefined,
        undefined,
        { dependencies: [0, 1], join: 'any' },
        { dependencies: [3, 2] },
        { dependencies: [3, 2], join: 'settled' },
      ],
      { goOn: true },
    )
    commands(schedule)
    order.forEach((ending, stage) => schedule.feed(SETTLED, stage, ending))
    expect(commands(schedule)).toEqual(['SKIP 3', 'SKIP 4'])
    schedule.feed(SETTLED, 2, OK)
    expect(commands(schedule)).toEqual(['START 5'])
    expect(schedule.failureBehind(4)).toBe(order.indexOf(FAILED))
  }
})

test('a stage that started beside a failure and is skipped itself counts as skipped', () => {
  const schedule = scheduleOf(
    [undefined, undefined, { dependencies: [0], join: 'settled' }, { dependencies: [2, 1] }],
    { goOn: true },
  )
  commands(schedule)
  schedule.feed(SETTLED, 0, FAILED)
  expect(commands(schedule)).toEqual(['START 2'])
  schedule.feed(SETTLED, 2, SKIPPED)
  schedule.feed(SETTLED, 1, OK)
  expect(commands(schedule)).toEqual(['START 3'])
})

test.each([
  ['a stop', STOP],
  ['a cancel', SETTLED],
])('after %s no stage starts, running stages are aborted once, and END waits for them', (_, fact) => {
  const schedule = scheduleOf([undefined, undefined, { dependencies: [1] }])
  commands(schedule)
  expect(schedule.feed(fact, 0, CANCELLED)).toBe(true)
  expect(schedule.feed(STOP, 0, 0)).toBe(false)
  if (fact === STOP) schedule.feed(SETTLED, 0, CANCELLED)
  expect(commands(schedule)).toContain('ABORT 1')
  expect(schedule.feed(SETTLED, 1, OK)).toBe(true)
  expect(commands(schedule)).toEqual(['END 0'])
})

test('after a stop before the first command, END is the only command', () => {
  const schedule = scheduleOf([undefined, { dependencies: [0] }])
  schedule.feed(STOP, 0, 0)
  expect(commands(schedule)).toEqual(['END 0'])
  expect(schedule.left).toBe(2)
})

test('if slots are scarce, the stage with the longest remaining path starts first, then declared order', () => {
  const schedule = scheduleOf([undefined, undefined, undefined, { dependencies: [2] }], { limit: 1 })
  const order: string[] = []
  for (let stage = 0; stage < 4; stage++) {
    const [command = ''] = commands(schedule)
    order.push(command)
    schedule.feed(SETTLED, Number(command.slice(-1)), OK)
  }
  expect(order).toEqual(['START 2', 'START 0', 'START 1', 'START 3'])
})

test('a slot is free when the code of a stage has ended, not when the stage has', () => {
  const schedule = scheduleOf([undefined, undefined], { limit: 1 })
  expect(commands(schedule)).toEqual(['START 0'])
  schedule.feed(SETTLED, 0, OK | STAYS)
  expect(schedule.stays(0)).toBe(true)
  expect(commands(schedule)).toEqual([])
  expect(schedule.feed(LEFT, 0, 0)).toBe(true)
  expect(schedule.feed(LEFT, 0, 0)).toBe(false)
  expect(commands(schedule)).toEqual(['START 1'])
})

test('END waits for code that outlives its stage', () => {
  const schedule = scheduleOf([undefined])
  commands(schedule)
  schedule.feed(SETTLED, 0, FAILED | STAYS)
  expect(commands(schedule)).toEqual([])
  schedule.feed(LEFT, 0, 0)
  expect(commands(schedule)).toEqual(['END 0'])
})

test("with late: 'abort' a stage ends once the last reader has started or will not, running, ready or waiting", () => {
  const late = { late: true }
  const schedule = scheduleOf([
    undefined,
    late,
    { dependencies: [1], late: true },
    { dependencies: [0, 1, 2], join: 'any' },
    { dependencies: [0], join: 'every' },
  ])
  expect(commands(schedule)).toEqual(['START 0', 'START 1'])
  schedule.feed(SETTLED, 0, OK)
  expect(commands(schedule)).toEqual(['START 3', 'START 4', 'SKIP 2', 'ABORT 1'])
  expect(schedule.why(2)).toBe(2)
  expect(schedule.feed(SETTLED, 1, SKIPPED)).toBe(true)
})

test('a reader that started and then skips is not counted twice: the other one still reads', () => {
  const schedule = scheduleOf([undefined, { late: true }, { dependencies: [0, 1], join: 'any' }, { dependencies: [1] }])
  commands(schedule)
  schedule.feed(SETTLED, 0, OK)
  expect(commands(schedule)).toEqual(['START 2'])
  schedule.feed(SETTLED, 2, SKIPPED)
  expect(commands(schedule)).toEqual([])
  schedule.feed(SETTLED, 1, OK)
  expect(commands(schedule)).toEqual(['START 3'])
})

test('a suspended stage that is skipped as late has left its dependencies before, when it started', () => {
  const schedule = scheduleOf([
    { late: true },
    undefined,
    { dependencies: [0, 1], join: 'any', late: true },
    { dependencies: [2, 1], join: 'any' },
    { dependencies: [0] },
  ])
  commands(schedule)
  schedule.feed(SETTLED, 1, OK)
  expect(operationOf(schedule.take())).toBe(START)
  schedule.feed(SETTLED, 2, SUSPENDED)
  expect(commands(schedule)).toEqual(['START 3', 'SKIP 2'])
})

test('a late stage without a reader of its own is never too late: its output is in the result', () => {
  const schedule = scheduleOf([undefined, { late: true }])
  commands(schedule)
  schedule.feed(SETTLED, 0, OK)
  expect(commands(schedule)).toEqual([])
})

test.each([
  ['a stage that does not run settles', SETTLED, 1, OK],
  ["a stage settles in a state that isn't an ending", SETTLED, 0, 2],
  ['a stage whose code stays settles in no state', SETTLED, 0, STAYS],
  ['an unknown stage settles', SETTLED, 9, OK],
  ['the code of a running stage ends', LEFT, 0, 0],
  ['the code of an unknown stage ends', LEFT, 9, 0],
  ['the fact is unknown', 9, 0, 0],
])('a schedule changes nothing when %s', (_, fact, stage, detail) => {
  const schedule = scheduleOf([undefined, { dependencies: [0] }])
  commands(schedule)
  expect(schedule.feed(fact, stage, detail)).toBe(false)
  expect(schedule).toMatchObject({ running: 1, staying: 0, left: 2, stopped: false })
  expect(commands(schedule)).toEqual([])
})
