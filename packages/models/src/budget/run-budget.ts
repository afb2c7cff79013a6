import type { RunContext, StageRecord } from '@stageflow/core'
import type { BudgetStore } from '@stageflow/keyed-work'
import { memoryBudgetStore } from '../memory-budget-store.ts'
import type { ModelCallNote } from '../model-call-note.ts'
import { amountOf } from './amounts.ts'
import type { BudgetUnit, Prices } from './amounts.ts'
import type { Limit } from './budget-options.ts'

/** What `modelBudget()` was given, read once. */
export interface BudgetSettings {
  readonly limits: readonly Limit[]
  readonly prices: Prices | undefined
  readonly store: BudgetStore | undefined
  readonly expectOutputTokens: number | undefined
}

/** A budget in one run, and in the child runs and items inside it. */
export class RunBudget {
  readonly settings: BudgetSettings
  readonly run: RunContext
  readonly #limitsOfRun: readonly Limit[]
  #storeOfRun: BudgetStore | undefined
  /** The stages and items of earlier legs that were counted. */
  readonly #counted = new Set<string>()

  constructor(settings: BudgetSettings, run: RunContext) {
    this.settings = settings
    this.run = run
    this.#limitsOfRun = settings.limits.filter(({ name }) => name === 'perRun')
  }

  /** Counts for `perRun`. */
  get storeOfRun(): BudgetStore {
    return (this.#storeOfRun ??= memoryBudgetStore({ clock: this.run.clock }))
  }

  /**
   * Counts the requests of a stage of an earlier leg, and of the child runs that its record has. Most of those are replayed too, so each record
   * counts once.
   */
  addRecord(record: StageRecord, runId: string, item?: string): void {
    if (this.#limitsOfRun.length === 0) return
    const { stage, attempts, notes, items, children = [] } = record
    this.#addOnce([runId, stage, item], { attempts, notes })
    for (const one of items?.records ?? []) this.#addOnce([runId, stage, one.key], one)
    for (const child of children)
      for (const inner of Object.values(child.stages)) this.addRecord(inner, child.pipelineRunId)
  }

  #addOnce(place: readonly (string | undefined)[], noted: Noted): void {
    const key = JSON.stringify(place)
    if (this.#counted.has(key)) return
    this.#counted.add(key)
    for (const { model: id, provider, usage } of requestsIn(noted)) {
      const { inputTokens = 0, outputTokens = 0 } = usage ?? {}
      const used = { ...usage, inputTokens, outputTokens }
      for (const { unit } of this.#limitsOfRun)
        this.#addEarlier(unit, amountOf(unit, this.settings.prices, { id, provider }, used))
    }
  }

  #addEarlier(unit: BudgetUnit, amount: number): void {
    const earlier = { token: crypto.randomUUID(), amount }
    void this.storeOfRun.reserve(unit, { ...earlier, most: Number.MAX_SAFE_INTEGER, windowMs: Infinity })
    void this.storeOfRun.settle(unit, earlier)
  }
}

/** What a stage or an item has noted. */
type Noted = Partial<Pick<StageRecord, 'attempts' | 'notes'>>

/** The requests that models have taken, in all attempts: those that `wasTaken` counts, as far as a note tells. */
function requestsIn({ attempts = [], notes }: Noted): readonly ModelCallNote[] {
  const ofAttempts = attempts.flatMap((attempt) => attempt.notes?.models?.calls ?? [])
  const calls = ofAttempts.length > 0 ? ofAttempts : (notes?.models?.calls ?? [])
  return calls.filter(
    ({ status, usage, error }) => status !== 'fail' || usage !== undefined || error?.code === 'models/stalled',
  )
}
