import { Pipeline } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { soft } from '@stageflow/core/edges'
import type { AnyGraph } from '../contract-base/any-pipeline.ts'
import { broken, listed, must, mustEqual } from '../contract-base/contract-case.ts'
import type { AnyResult, ExecutorBench, Interrupts, Leg, LegPlan, RunExecutorCase } from './executor-bench.ts'
import { shownRun } from './executor-bench.ts'

/** Rules for stops, deadlines, and calls that must not begin. */
export const stopCases: Readonly<Record<string, RunExecutorCase>> = {
  'no call begins before all recorded facts are given': beginsLast,
  'a deadline that has passed is given before a call begins': passedDeadline,
  'a deadline passes while a call is in progress': passesDeadline,
  'code that outlives a timeout is awaited for the grace time': outlives,
  'a stop is recorded, and given in every leg': keepsStop,
  'a stop that comes first is given before a call begins': stopsFirst,
  'a stop that comes between two legs is recorded, and given before a call begins': stopsBetween,
  'an interrupt is recorded with its data, and given in every leg': keepsInterrupt,
  'a cancel after an interrupt is a stop of its own': cancelsAfter,
  'a wait for a soft dependency passes while a call is in progress': passesWait,
}

/** Resolves when the signal of a stage aborts. */
export const aborted = ({ signal }: StageContext): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

async function beginsLast(bench: ExecutorBench): Promise<void> {
  const ran: string[] = []
  const graph = new Pipeline('fails-beside')
    .withStage('failing', async () => {
      throw new Error('down')
    })
    .withStage('in_progress', async (context) => {
      ran.push('in_progress')
      await aborted(context)
    })
    .build()
  const start = bench.start()
  await bench.leg(graph, start, { crashAfter: 1 })
  ran.splice(0)
  const { result } = await bench.end(graph, start)
  must(
    ran.length === 0,
    'a stage failed while another was in progress, and the process crashed. In the next leg, the other stage began before the failure was given. Begin calls in next(), once all recorded facts are given.',
  )
  must(result.status === 'failed', `the run must be failed; it is ${result.status}.`)
}

async function passedDeadline(bench: ExecutorBench): Promise<void> {
  const ran: string[] = []
  const graph = new Pipeline('too-late').withStage('work', () => void ran.push('work')).build()
  const start = { ...bench.start({ options: { timeoutMs: 1_000 } }) }
  const { result } = await bench.end(graph, { ...start, startedAt: start.startedAt - 60_000 })
  must(
    ran.length === 0,
    'the deadline of the run had passed, but its stage began. Give the timers whose time has passed before you begin calls.',
  )
  mustBeLate(result)
}

/** Runs a leg whose deadline passes during the call of `work`. On a busy machine it may pass before: then a longer one is tried. */
async function endLate(
  bench: ExecutorBench,
  work: (context: StageContext) => Promise<void>,
  options: LegPlan['options'] = {},
): Promise<Leg & { readonly graph: AnyGraph; readonly result: AnyResult }> {
  let hasBegun = false
  const graph: AnyGraph = new Pipeline('late')
    .withStage('work', async (context) => {
      hasBegun = true
      await work(context)
    })
    .build()
  for (const timeoutMs of DEADLINES) {
    const leg = await bench.end(graph, bench.start({ options: { timeoutMs } }), { options })
    if (hasBegun) return { ...leg, graph }
  }
  throw broken(`the deadline of a run had passed ${DEADLINES.at(-1)} ms after its start, but its call had not begun.`)
}
const DEADLINES = [30, 100, 300, 1_000, 3_000, 10_000]

async function passesDeadline(bench: ExecutorBench): Promise<void> {
  const { graph, start, result } = await endLate(bench, aborted)
  mustBeLate(result)
  const again = await bench.end(graph, start)
  must(again.begun.length === 0, 'the deadline of the run had passed, and its next leg began its stage again.')
  mustEqual(shownRun(again.result), shownRun(result), 'the result of the next leg')
}

function mustBeLate({ status, errors = [] }: { status: string; errors?: readonly { code: string }[] }): void {
  must(
    status === 'failed' && errors[0]?.code === 'core/timed-out',
    `the run must fail with core/timed-out; it is ${status}${errors[0] === undefined ? '' : ` (${errors[0].code})`}.`,
  )
}

async function outlives(bench: ExecutorBench): Promise<void> {
  const left = Promise.withResolvers<void>()
  const options = { graceMs: 20 }
  try {
    const { graph, start, result } = await endLate(bench, async () => left.promise, options)
    const isAbandoned = ({ report }: AnyResult): boolean => report.stages['work']?.abandoned === true
    must(isAbandoned(result), 'code ran past the grace time, but its record lacks "abandoned".')
    const again = await bench.end(graph, start, { options })
    must(again.begun.length === 0, 'code was abandoned, and the next leg began it again.')
    must(isAbandoned(again.result), 'in the next leg, the record lacks "abandoned". Keep every field of a fact.')
  } finally {
    left.resolve()
  }
}

async function keepsStop(bench: ExecutorBench): Promise<void> {
  for (const crashAfter of [undefined, 1]) {
    const ran: string[] = []
    const start = bench.start()
    const { options, stop } = bench.stopper(start)
    const graph = new Pipeline('stopped')
      .withStage('work', async (context) => {
        ran.push('work')
        await stop('the caller left')
        await aborted(context)
      })
      .build()
    await bench.leg(graph, start, {
      options,
      what: 'a leg whose caller had stopped the run',
      fix: 'Record a stop when stop() is called, and give it as a fact, also while a call is in progress.',
      ...(crashAfter === undefined ? undefined : { crashAfter }),
    })
    const facts = await bench.facts(start)
    must(
      facts.some(({ kind }) => kind === 'stop'),
      `a caller stopped the run, but its facts are ${listed(facts.map(({ kind, key }) => `${kind} ${key}`))}. Record a stop, and give it as a fact.`,
    )
    ran.splice(0)
    const { result } = await bench.end(graph, start)
    must(
      ran.length === 0,
      'a caller stopped the run while a stage was in progress. The next leg began the stage again.',
    )
    must(result.status === 'cancelled', `the run was stopped, but its next leg ended as ${result.status}.`)
  }
}

async function stopsFirst(bench: ExecutorBench): Promise<void> {
  const ran: string[] = []
  const graph = new Pipeline('stopped-first').withStage('work', () => void ran.push('work')).build()
  const start = bench.start()
  const { options, stop } = bench.stopper(start)
  await stop('the caller left')
  const { result } = await bench.end(graph, start, { options })
  must(ran.length === 0, 'the caller had stopped the run before it began, but its stage began.')
  must(result.status === 'cancelled', `the run was stopped, but it ended as ${result.status}.`)
}

async function stopsBetween(bench: ExecutorBench): Promise<void> {
  const ran: string[] = []
  const graph = new Pipeline('stopped-between')
    .withStage('a', () => void ran.push('a'))
    .withStage(
      'b',
      async (context) => {
        ran.push('b')
        await aborted(context)
      },
      { dependencies: ['a'] },
    )
    .build()
  const start = bench.start()
  const { options, stop } = bench.stopper(start)
  await bench.leg(graph, start, { crashAfter: 1 })
  await stop('the caller left')
  const { result } = await bench.end(graph, start, { options })
  // The stop of an engine may be on its way while the leg begins.
  must(
    bench.subject.stop !== undefined || !ran.includes('b'),
    'the caller had stopped the run before its second leg, but that leg began a stage.',
  )
  must(result.status === 'cancelled', `the run was stopped, but its second leg ended as ${result.status}.`)
  ran.splice(0)
  const again = await bench.end(graph, start)
  must(
    ran.length === 0 && again.result.status === 'cancelled',
    `the run was stopped before its second leg, but its third one ended as ${again.result.status}${ran.length > 0 ? ', and began a stage' : ''}. Record a stop of any leg.`,
  )
}

async function keepsInterrupt(bench: ExecutorBench): Promise<void> {
  for (const interrupt of bench.interrupts)
    for (const crashAfter of [undefined, 1]) await keepsOne(bench, interrupt, crashAfter)
}
async function keepsOne(bench: ExecutorBench, interrupt: Interrupts, crashAfter: number | undefined): Promise<void> {
  const data = { heard: ['One', 'two'], ms: 27 }
  const start = bench.start()
  const saved: unknown[] = []
  const graph = new Pipeline('interrupted')
    .withStage('talk', async (context) => {
      await interrupt(start, 'barge-in', data)
      await aborted(context)
      return { reason: (context.signal.reason as { readonly data?: unknown } | undefined)?.data }
    })
    .withStage('save', ({ inputs }) => void saved.push(inputs.status('talk')), {
      dependencies: ['talk'],
      join: 'settled',
      uninterruptible: true,
    })
    .build()
  const first = await bench.leg(graph, start, {
    what: 'a leg that was interrupted',
    fix: 'Record an interrupt when stop() is called with one, and give it as a fact, also while a call is in progress.',
    ...(crashAfter === undefined ? undefined : { crashAfter }),
  })
  const facts = await bench.facts(start)
  const kept = facts.find((fact) => fact.kind === 'stop')
  must(
    kept !== undefined,
    `a run was interrupted, but its facts are ${listed(facts.map(({ kind, key }) => `${kind} ${key}`))}. Record it as a stop with interrupt.`,
  )
  mustEqual(JSON.stringify(kept.interrupt?.data), JSON.stringify(data), 'interrupt.data of the recorded stop')
  if (crashAfter === undefined)
    mustEqual(JSON.stringify(first.result?.data['talk']), JSON.stringify({ reason: data }), 'signal.reason.data')
  const { result } = await bench.end(graph, start)
  must(result.status === 'cancelled', `the run was interrupted, but its next leg ended as ${result.status}.`)
  must(
    saved.length === 1,
    `an uninterruptible stage of an interrupted run was called ${saved.length} times. Give an interrupt with its field interrupt: without it, it is a cancel.`,
  )
}

async function cancelsAfter(bench: ExecutorBench): Promise<void> {
  for (const interrupt of bench.interrupts) {
    const start = bench.start()
    const { options, stop } = bench.stopper(start)
    const graph = new Pipeline('cancelled-after')
      .withStage('talk', async (context) => {
        await interrupt(start, 'barge-in', null)
        await aborted(context)
      })
      .withStage(
        'save',
        async (context) => {
          await stop('and now really')
          await aborted(context)
          throw context.signal.reason as Error
        },
        { dependencies: ['talk'], uninterruptible: true },
      )
      .build()
    const { result } = await bench.end(graph, start, {
      options,
      what: 'a leg that was interrupted, and cancelled after that',
      fix: 'An interrupt and a cancel of one run are two facts: record both, and give both.',
    })
    const { talk, save } = result.report.stages
    must(
      talk?.status === 'ok' && save?.status === 'cancel',
      `a stage that was interrupted must end ok, and one that was cancelled after that must be cancelled; they are ${talk?.status} and ${save?.status}.`,
    )
  }
}

async function passesWait(bench: ExecutorBench): Promise<void> {
  const start = bench.start()
  let goOn = Promise.withResolvers<void>()
  const graph = new Pipeline('waits')
    .withStage('profile', async (context) => Promise.race([goOn.promise, aborted(context)]))
    .withStage(
      'answer',
      ({ inputs }) => {
        goOn.resolve()
        return { profile: inputs.status('profile') }
      },
      { dependencies: [soft('profile', { waitMs: 20 })] },
    )
    .build()
  const late = JSON.stringify({ profile: 'late' })
  const first = await bench.leg(graph, start, {
    crashAfter: 1,
    what: 'a leg in which a stage waits for a soft dependency for 20 ms',
    fix: 'A timer passes also while a call is in progress: give its fact.',
  })
  mustEqual(
    listed(first.given.map(({ kind }) => kind)),
    listed(['timer']),
    'the first fact of a run in which a stage waits for a soft dependency',
  )
  goOn = Promise.withResolvers()
  const { result } = await bench.end(graph, start)
  mustEqual(JSON.stringify(result.data['answer']), late, 'the data of the stage that has waited, after a crash')
  const again = await bench.end(graph, start)
  must(again.begun.length === 0, 'the run had ended, and its next leg began a stage again.')
  mustEqual(JSON.stringify(again.result.data['answer']), late, 'the data of the stage that has waited, in the next leg')
}
