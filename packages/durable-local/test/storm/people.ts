import type { StageGraph } from '@stageflow/core'
import type { RunDetails } from '@stageflow/durable-engine'

import {
  APPROVER,
  COLLEAGUE,
  REFUSED_CARD,
  REQUESTER,
  STRANGERS,
  SYSTEM,
  nested,
  orderPlan,
  plannedAnswers,
} from './orders.ts'
import type { OrderPlan, PlannedAnswer } from './orders.ts'
import type { OrderRuns } from './place.ts'

// What people do to the orders of a storm, through one process of the app. Whatever they do may fail because the process or the place is in
// trouble, and then they try again. Everything else that fails is noted as `unexpected`.

/** What is noted in files that outlive the process. */
type Note = 'tried' | 'confirmed' | 'unexpected' | 'refused' | 'stranger' | 'cancelled' | 'blocked'

export interface PeoplePlan {
  readonly runs: OrderRuns
  readonly graph: StageGraph<any, {}>
  readonly troubles: readonly string[]
  readonly firstSeed: number
  readonly orders: number
  readonly place: number
  readonly workers: number
  readonly random: () => number
  readonly note: (what: Note, ...words: readonly string[]) => void
  readonly noted: (what: Note) => readonly string[]
  /** Gives an order its nth new card. */
  readonly giveCard: (runId: string, n: number) => void
  /** Whether people may stop once all orders have ended. */
  readonly mayEnd: () => boolean
}

/** How many orders people work on at once. */
const MOST_OPEN = 16
const PAUSE_MS = 40
/** The graph of this process isn't that of the run: the other version carries it. */
const OTHER_VERSION = 'durable-engine/changed-graph'

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const codeOf = (error: unknown): string => String((error as { readonly code?: unknown } | null)?.code)
const retriesOf = ({ timeline }: RunDetails): number => timeline.filter(({ kind }) => kind === 'retry').length

export class People {
  readonly #plan: PeoplePlan
  /** What this process waits for: one thing of each kind for each run. */
  readonly #waiting = new Map<string, Promise<unknown>>()
  /** The answers that have been tried, and those that have been confirmed, in this process or before. */
  readonly #tried: Set<string>
  readonly #confirmed: Set<string>

  constructor(plan: PeoplePlan) {
    this.#plan = plan
    this.#tried = new Set(plan.noted('tried'))
    this.#confirmed = new Set(plan.noted('confirmed'))
  }

  /** Works on all orders, some at a time, until each has ended and everything that was tried has an answer. */
  async live(): Promise<void> {
    const { firstSeed, orders } = this.#plan
    let open = Array.from({ length: orders }, (_, place) => orderPlan(firstSeed + place))
    while (open.length > 0 || !this.#plan.mayEnd()) {
      const ended = new Set<OrderPlan>()
      const visited = open.slice(0, MOST_OPEN).filter((order) => this.#isMine(order) || this.#plan.random() < 0.3)
      await Promise.all(
        visited.map(async (order) => {
          if (await this.#visit(order)) ended.add(order)
        }),
      )
      open = open.filter((order) => !ended.has(order))
      await wait(PAUSE_MS)
    }
    await Promise.all(this.#waiting.values())
  }

  /** Does what people do to one order at this time. Returns whether it has ended. */
  async #visit(order: OrderPlan): Promise<boolean> {
    const { runs, random, note } = this.#plan
    const details = await this.#details(order)
    if (details === 'trouble') return false
    if (random() < 0.3) this.#strangerTries(order, details !== undefined)
    if (details === undefined) {
      if (this.#isMine(order)) this.#start(order)
      return false
    }
    const { status, error } = details
    if (status === 'completed' || status === 'cancelled') return true
    if (status === 'failed') return this.#retry(order, details)
    if (status === 'blocked') note('blocked', order.id, String(error?.code), String(error?.message))
    if (this.#isMine(order)) this.#answerAll(order, details)
    const age = Date.now() - details.startedAt
    if (order.cancelAfterMs !== undefined && age > order.cancelAfterMs) this.#cancel(order)
    if (random() < 0.1) this.#start(order)
    if (random() < 0.1) this.#try(order, 'read', [], () => runs.get(this.#plan.graph, order.id, { token: REQUESTER }))
    return false
  }

  #isMine({ seed }: OrderPlan): boolean {
    return seed % this.#plan.workers === this.#plan.place
  }

  async #details({ id }: OrderPlan): Promise<RunDetails | undefined | 'trouble'> {
    try {
      return await this.#plan.runs.get(id)
    } catch (error) {
      // The process is being closed.
      this.checkCode(`get ${id}`, error, ['durable-engine/closed'])
      return 'trouble'
    }
  }

  // The requester

  /** Starts an order, or attaches to it. */
  #start(order: OrderPlan): void {
    const { runs, graph } = this.#plan
    const options = { runId: order.id, token: REQUESTER, ...order.options }
    this.#try(order, 'run', ['core/pipeline-failed', OTHER_VERSION], () =>
      runs.run(graph, { inputText: `${order.seed}` }, options),
    )
  }
  #cancel(order: OrderPlan): void {
    const { runs, graph, note } = this.#plan
    this.#try(order, 'cancel', [], async () => {
      // Before it: a cancel counts also if its process dies before the answer.
      note('cancelled', order.id)
      await runs.cancel(graph, order.id, 'withdrawn', { token: REQUESTER })
    })
  }
  /** The order gets its next card, and is tried again. Returns true if it has failed for good. */
  #retry(order: OrderPlan, seen: RunDetails): boolean {
    const { runs, graph, giveCard, workers } = this.#plan
    const retries = retriesOf(seen)
    const isForItsCard = seen.error?.message === REFUSED_CARD
    // Several processes may have tried it again with the same card.
    if (!isForItsCard || retries >= order.failures + workers) return true
    giveCard(order.id, Math.min(retries + 1, order.failures))
    this.#try(order, 'retry', ['durable-engine/not-failed', OTHER_VERSION, 'core/pipeline-failed'], () =>
      runs.retryFailed(graph, order.id, { token: REQUESTER }),
    )
    return false
  }

  // Answers: each is given once, and never again after it was confirmed

  #answerAll(order: OrderPlan, seen: RunDetails): void {
    const { requests, startedAt } = seen
    const asked = new Set(requests.map(({ path }) => path.join('/')))
    const isTime = order.isEarly || Date.now() - startedAt > order.answerAfterMs
    for (const answer of plannedAnswers(order)) {
      const path = answer.path.join('/')
      if (isTime && (order.isEarly || asked.has(path))) this.#answer(order, answer, seen)
    }
  }
  /** `seen`: the order before the answer. */
  #answer(order: OrderPlan, answer: PlannedAnswer, seen: RunDetails): void {
    const { note } = this.#plan
    const what = `${order.id} ${answer.path.join('/')}`
    if (this.#confirmed.has(what)) return
    const confirm = (): void => {
      this.#confirmed.add(what)
      note('confirmed', what)
    }
    const wasTried = this.#tried.has(what)
    // One that the other version of the graph refuses, before it took the answer or since, is given again.
    this.#try(order, `answer ${answer.path.join('/')}`, [OTHER_VERSION], async () => {
      if (!wasTried) note('tried', what)
      this.#tried.add(what)
      try {
        await this.#give(order, answer)
        confirm()
      } catch (error) {
        // On Restate a retry is another run. Who may only answer isn't admitted to wait for it, and the answer to the first one has counted.
        const isOfRetry = codeOf(error) === 'auth/foreign-run' && order.failures > 0
        if (isOfRetry && (await this.#hasFailedSince(order, seen))) return
        if (codeOf(error) !== 'durable-engine/not-waiting') throw error
        // An order that has failed takes none. It is given again once the order is tried again.
        if (await this.#hasFailedSince(order, seen)) return
        // An earlier try has counted before its process could note it, or the order was cancelled.
        if (!wasTried && order.cancelAfterMs === undefined) throw error
        confirm()
      }
    })
  }
  /** Whether the order has failed after it was seen, or can't be seen at this moment. */
  async #hasFailedSince(order: OrderPlan, seen: RunDetails): Promise<boolean> {
    const now = await this.#details(order)
    if (now === 'trouble' || now === undefined) return true
    return now.status === 'failed' || retriesOf(now) > retriesOf(seen)
  }
  /** Only keeps the answer, or carries the order on with it. */
  async #give({ id }: OrderPlan, answer: PlannedAnswer): Promise<void> {
    const { runs, graph, random } = this.#plan
    const answers = nested(answer)
    const token = answer.who === 'approver' ? APPROVER : REQUESTER
    const system = answer.who === 'system' ? runs.as(SYSTEM) : undefined
    if (random() < 0.6) return system?.answer(id, answers) ?? runs.answer(graph, id, answers, { token })
    try {
      await (system?.resume(graph, id, answers) ?? runs.resume(graph, id, answers, { token }))
    } catch (error) {
      // The order took the answer, and has failed since.
      if (codeOf(error) !== 'core/pipeline-failed') throw error
    }
  }
  // Strangers

  #strangerTries(order: OrderPlan, hasBegun: boolean): void {
    const { runs, graph, random } = this.#plan
    const { id, seed } = order
    const token = STRANGERS[Math.floor(random() * STRANGERS.length)]
    // A colleague may begin orders, and then they are hers.
    if (token === COLLEAGUE && !hasBegun) return
    const caller = { token }
    const wrong = { boss: { ok: true, seed: 'of a stranger' } }
    const acts: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['attaches', () => runs.run(graph, { inputText: `${seed}` }, { runId: id, ...caller })],
      ['starts another', () => runs.run(graph, { inputText: '1' }, { runId: id, ...caller })],
      ['answers', () => runs.answer(graph, id, wrong, caller)],
      ['resumes', () => runs.resume(graph, id, wrong, caller)],
      ['answers an item', () => runs.answer(graph, id, { items: { 1: 'of a stranger' } }, caller)],
      ['answers a child', () => runs.resume(graph, id, { kid: { deep: { check: 'of a stranger' } } }, caller)],
      ['wakes', () => runs.answer(graph, id, { nap: 'of a stranger' }, caller)],
      ['cancels', () => runs.cancel(graph, id, 'of a stranger', caller)],
      ['retries', () => runs.retryFailed(graph, id, caller)],
      [
        'reads',
        async () => {
          if ((await runs.get(graph, id, caller)) === undefined)
            throw Object.assign(new Error('no run'), { code: 'unknown' })
        },
      ],
    ]
    const [what, act] = acts[Math.floor(random() * acts.length)] as (typeof acts)[number]
    this.#try(order, `stranger ${what}`, [], () => this.#refused(`${id} ${token} ${what}`, act))
  }
  /** Nothing of a stranger may succeed, nor say more than that it is refused. */
  async #refused(what: string, act: () => Promise<unknown>): Promise<void> {
    const { note, troubles } = this.#plan
    try {
      await act()
    } catch (error) {
      const code = codeOf(error)
      if (code.startsWith('auth/')) note('refused', code)
      // Before its start, everyone may know that an order isn't there.
      else if (![...troubles, 'durable-engine/unknown-run', 'durable-engine/closed', 'unknown'].includes(code))
        throw error
      return
    }
    note('stranger', what)
  }

  /** Does something, at most once at a time, and notes what may not happen. */
  #try({ id }: OrderPlan, what: string, codes: readonly string[], act: () => Promise<unknown>): void {
    const key = `${id} ${what}`
    if (this.#waiting.has(key)) return
    const tried = act()
      .catch((error: unknown) => this.checkCode(`${what} of ${id}`, error, [...codes, 'durable-engine/closed']))
      .finally(() => this.#waiting.delete(key))
    this.#waiting.set(key, tried)
  }
  /** Notes an error that neither trouble nor one of `codes` explains. */
  checkCode(what: string, error: unknown, codes: readonly string[]): void {
    if ([...codes, ...this.#plan.troubles].includes(codeOf(error))) return
    this.#plan.note(
      'unexpected',
      what,
      codeOf(error),
      String((error as Error).stack)
        .split('\n', 4)
        .join(' | '),
    )
  }
}
