import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { Clock, StageContext, StageGraph } from '@stageflow/core'
import { repeatUntil } from '@stageflow/core/repeat'
import { auth, orgEnforcement } from '@stageflow/interceptor-auth'

import { randomFrom } from '../random-graph.ts'

// The runs of a storm: orders that people start, answer, cancel and try again. What an order does comes from its seed alone, so each has
// one right result.

/**
 * Versions of the app. The new ones also check the risk. In `new` the approval depends on that check, and may be waiting already. In
 * `fitting` the shipment does, so that every order that was not shipped fits.
 */
export type Version = 'old' | 'new' | 'fitting'

/** The file by which the storm tells its processes that they may end once all orders have. */
export const MAY_END = 'may-end'
/** The file by which it tells them that each of them has seen the end of all orders. */
export const ALL_ENDED = 'all-ended'

/** Who asks for something, as tokens: `user@organization:roles`. */
export const REQUESTER = 'ada@acme'
export const APPROVER = 'bo@acme:approver'
export const SYSTEM = 'month end'
/** Of the same organization, without the role. */
export const COLLEAGUE = 'cy@acme'
/** Nothing of what they try may count: another organization, a colleague, no token, and a wrong one. */
export const STRANGERS: readonly (string | undefined)[] = ['eve@evil:approver', COLLEAGUE, undefined, 'nonsense']

/** Why a payment fails until the order has a new card. */
export const REFUSED_CARD = 'the card was refused'

/** What happens to an order. */
export interface OrderPlan {
  readonly id: string
  readonly seed: number
  /** Who answers whether the order is paid; `deadline`: no one does. */
  readonly paidBy: 'approver' | 'system' | 'deadline'
  /** Whether the answers come before their questions. */
  readonly isEarly: boolean
  /** How long after the start other answers come, in ms. */
  readonly answerAfterMs: number
  readonly asksInMap: boolean
  readonly asksInChild: boolean
  /** How often the payment fails: after each time the order is tried again. */
  readonly failures: number
  /** When the requester cancels it, in ms after the start. */
  readonly cancelAfterMs: number | undefined
  readonly options: { readonly maxConcurrency?: number; readonly timeoutMs?: number }
}

/** A time limit that no order comes near, whatever happens to it. It begins again at each retry. */
const LIMIT_MS = 3_600_000

export function orderPlan(seed: number): OrderPlan {
  const random = randomFrom(seed * 7_919)
  const chance = (of: number): boolean => random() < of
  const paid = random()
  const plan: OrderPlan = {
    id: `order-${seed}`,
    seed,
    paidBy: paid < 0.5 ? 'approver' : paid < 0.8 ? 'system' : 'deadline',
    isEarly: chance(0.5),
    answerAfterMs: Math.floor(random() * 600),
    asksInMap: chance(0.5),
    asksInChild: chance(0.5),
    failures: chance(0.25) ? 1 : 0,
    cancelAfterMs: chance(0.1) ? Math.floor(random() * 900) : undefined,
    options: chance(0.3) ? { maxConcurrency: 1 + Math.floor(random() * 3) } : {},
  }
  const failures = plan.failures === 1 && chance(0.5) ? 2 : plan.failures
  return { ...plan, failures, options: { ...plan.options, ...(failures > 0 && { timeoutMs: LIMIT_MS }) } }
}

/** The plan of the order with this id. */
export const planOf = (id: string): OrderPlan => orderPlan(Number(id.replace('order-', '')))

/** An answer that a person gives once. `path`: the names of its stages, from the outermost. */
export interface PlannedAnswer {
  readonly who: 'requester' | 'approver' | 'system'
  readonly path: readonly string[]
  readonly value: unknown
}

export function plannedAnswers({ paidBy, asksInMap, asksInChild, seed }: OrderPlan): readonly PlannedAnswer[] {
  return [
    ...(paidBy === 'deadline' ? [] : [{ who: paidBy, path: ['boss'], value: { ok: true, seed } } as const]),
    ...(asksInMap ? [{ who: 'requester', path: ['items', '1'], value: 'gift wrap' } as const] : []),
    ...(asksInChild ? [{ who: 'approver', path: ['kid', 'deep', 'check'], value: 'checked' } as const] : []),
  ]
}

/** Answers as the engine takes them: nested by the names of their stages. */
export const nested = ({ path, value }: PlannedAnswer): object =>
  path.reduceRight<unknown>((inside, name) => ({ [name]: inside }), value) as object

export interface OrderWorld {
  readonly version: Version
  /** Called as each call of a stage begins, with the id of its run and its key. */
  readonly effect: (runId: string, key: string) => void
  /** How many new cards an order has by now. */
  readonly newCards: (runId: string) => number
  readonly clock: Clock
  /** The longest time that a stage takes. */
  readonly slowMs: number
}

/** Time between two reminders, and until a question that no one answers is given up. */
const REMINDER_MS = 250
const LONGEST_NAP_MS = 150

export function orderGraph({ version, effect, newCards, clock, slowMs }: OrderWorld): StageGraph<any, {}> {
  /** Begins a call: notes it, and takes its time. */
  const begin = async (context: StageContext, key: string): Promise<OrderPlan> => {
    const plan = orderPlan(Number(context.snapshot.inputText))
    effect(plan.id, key)
    await pause(randomFrom(plan.seed + key.length)() * slowMs, context.signal)
    return plan
  }
  const does = (key: string) => async (context: StageContext) => {
    const { seed } = await begin(context, key)
    return { [key]: seed }
  }
  const sameInput = (_: unknown, { inputText }: { readonly inputText: string | undefined }) => ({ inputText })

  const deep = new Pipeline('deep').withStage(
    'check',
    async (context: StageContext) => {
      const { asksInChild } = await begin(
        context,
        context.resumed === undefined ? 'kid/deep/check' : 'kid/deep/check@2',
      )
      if (!asksInChild) return { checked: 'by itself' }
      return context.resumed === undefined ? StageOutput.suspend('Is it right?') : { checked: context.resumed.answer }
    },
    { answeredBy: { roles: ['approver'] } },
  )
  const kid = new Pipeline('kid')
    .withStage('first', does('kid/first'))
    .withPipeline('deep', deep, { dependencies: ['first'], input: sameInput })
  const isSecond = ({ snapshot }: StageContext): boolean => snapshot.metadata['isSecond'] === true
  const attempt = new Pipeline('attempt')
    .withStage('write', async (context: StageContext) => {
      const { seed } = await begin(context, `draft#${isSecond(context) ? 2 : 1}/write`)
      return { seed }
    })
    .withStage(
      'check',
      (context: StageContext) => (isSecond(context) ? {} : StageOutput.fail('too short')),
      StageKind.GUARD,
      { dependencies: ['write'] },
    )
  const loose = new Pipeline('loose').withStage('inside', ({ snapshot }) => ({ inside: snapshot.inputText }))

  const priced: any = new Pipeline('order')
    .withStage('price', does('price'))
    .withStage('nap', async (context: StageContext) => {
      const { seed } = await begin(context, context.resumed === undefined ? 'nap' : 'nap@2')
      return context.resumed === undefined ? StageOutput.suspend('nap', { forMs: seed % LONGEST_NAP_MS }) : { seed }
    })
    .withMap('items', {
      dependencies: ['price'],
      concurrency: 2,
      over: (_inputs, { inputText }) => ['book', 'lamp', 'vase', 'mug'].slice(0, 2 + (Number(inputText) % 3)),
      each: async (item: string, context: StageContext) => {
        const place = ['book', 'lamp', 'vase', 'mug'].indexOf(item)
        const { asksInMap } = await begin(context, `items#${place}${context.resumed === undefined ? '' : '@2'}`)
        if (place !== 1 || !asksInMap) return { item }
        return context.resumed === undefined ? StageOutput.suspend('How?') : { item, how: context.resumed.answer }
      },
    })
    .withPipeline('kid', kid, { dependencies: ['price'], input: sameInput })
    .withPipeline('draft', attempt, {
      repeat: repeatUntil('check'),
      input: (_inputs, { inputText }, feedback) => ({ inputText, metadata: { isSecond: feedback !== undefined } }),
    })
    .withStage('loose', async (context: StageContext) => {
      const { seed } = await begin(context, 'loose')
      const { data } = await context.runChild(loose, { inputText: `${seed}` })
      return { data }
    })

  const checked = version === 'old' ? priced : priced.withStage('risk', does('risk'), { dependencies: ['price'] })
  return checked
    .withStage(
      'boss',
      async (context: StageContext) => {
        const { resumed } = context
        const round = ((resumed?.state as { readonly round: number } | undefined)?.round ?? 0) + 1
        const { paidBy } = await begin(context, round === 1 ? 'boss' : `boss@${round}`)
        const isGivenUp = paidBy === 'deadline' && round === 3
        if (resumed !== undefined && (!resumed.expired || isGivenUp)) return { answer: resumed.answer, by: resumed.by }
        return StageOutput.suspend('Pay?', { forMs: REMINDER_MS, otherwise: { ok: false }, state: { round } })
      },
      {
        dependencies: version === 'new' ? ['price', 'risk'] : ['price'],
        answeredBy: { roles: ['approver'] },
      },
    )
    .withStage(
      'pay',
      async (context: StageContext) => {
        const { id, failures } = await begin(context, 'pay')
        if (newCards(id) < failures) return StageOutput.fail(REFUSED_CARD)
        return { userId: context.userId, orgId: context.orgId }
      },
      StageKind.WORK,
      { dependencies: ['boss', 'kid'], when: (inputs: any) => inputs.from('boss').answer.ok === true },
    )
    .withStage('ship', does('ship'), {
      dependencies: ['pay', 'items', 'draft', 'loose', 'nap', ...(version === 'fitting' ? ['risk'] : [])],
    })
    .build({ clock, interceptors: interceptors() })
}

const interceptors = () => [
  auth({
    verify: (token) => {
      const [, sub, organization, roles = ''] = /^(\w+)@(\w+)(?::(\w+))?$/.exec(token) ?? []
      if (sub === undefined) throw new Error('a wrong token')
      return { sub, org_id: organization, roles }
    },
    renew: (identity) => identity,
  }),
  orgEnforcement({ resourceOrgId: () => 'acme' }),
]

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
