import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext, StageGraph } from '@stageflow/core'

import { randomFrom } from '../random-graph.ts'

// The runs of a map storm: maps of many items, some of which ask or fail. The id and the input of a run say what its items do.

/** What a run does with its items. */
export interface MapPlan {
  readonly id: string
  /** The map that has the items: that of the pipeline, or that of its child. The other one has none. */
  readonly map: 'docs' | 'kid/pages'
  readonly items: number
  /** These items ask a question before they end. */
  readonly asking: readonly number[]
  /** This item fails until the run has its repair. */
  readonly failing: number | undefined
  /** This item lasts until no process is killed anymore, so that the run can't end before. */
  readonly lasting: number | undefined
}

/** The runs of a storm: one without trouble of its own, one that asks, one that fails, and one in a child that does both. */
export function mapPlans(items: number): readonly MapPlan[] {
  const asking = [0.1, 0.35, 0.6, 0.9].map((part) => Math.floor(items * part))
  const failing = Math.floor(items * 0.7)
  return [
    { id: 'plain', map: 'docs', items, asking: [], failing: undefined, lasting: 0 },
    { id: 'asks', map: 'docs', items, asking, failing: undefined, lasting: undefined },
    { id: 'fails', map: 'docs', items, asking: [], failing, lasting: undefined },
    { id: 'child', map: 'kid/pages', items, asking, failing, lasting: 1 },
  ]
}

/** Items of a map that are in progress at once. */
const CONCURRENCY = 16

/** Why a map fails until its run is repaired. */
export const BROKEN = 'this item is broken'

export const answerTo = (item: number): string => `yes, ${item}`

/** The items of the result of a run: each once, in the order of the source. */
export const expectedItems = ({ items, asking }: MapPlan): readonly object[] =>
  Array.from({ length: items }, (_, item) => ({ item, answer: asking.includes(item) ? answerTo(item) : null }))

/** The items in the data of a run. */
export const itemsOf = (data: any, { map }: MapPlan): unknown => (map === 'docs' ? data?.docs : data?.kid?.pages)?.items

export const inputOf = (plan: MapPlan): { readonly inputText: string } => ({ inputText: JSON.stringify(plan) })

/** What an item does at a time. `asked`: it has asked; `aborted`: it was told to end, and why. */
export type Deed = 'begin' | 'end' | 'asked' | 'failed' | 'aborted'

/** Notes what the call with this key does. */
export type NoteDeed = (runId: string, key: string, deed: Deed, why?: string) => void

export interface MapWorld {
  /** Where the files are that repair runs and end the storm. */
  readonly folder: string
  readonly note: NoteDeed
  /** The longest time that an item takes. */
  readonly slowMs: number
}

/** The files of a storm in its folder. */
export const FILES = {
  /** What the items did. */
  deeds: 'deeds',
  /** What went wrong in a process. */
  unexpected: 'unexpected',
  /** There: no process is killed anymore, so lasting items may end. */
  noMoreKills: 'no-more-kills',
  /** There: the results were read, so processes may end. */
  allRead: 'all-read',
} as const

/** The file that repairs a run. */
export const repairOf = (folder: string, runId: string): string => join(folder, `repaired-${runId}`)

/** How often a lasting item looks whether it may end. */
const LOOK_MS = 20

/** A map of items, and a child with another one. */
export function mapGraph(world: MapWorld): StageGraph<any, {}> {
  const planOf = (inputText: string | undefined): MapPlan => JSON.parse(inputText as string) as MapPlan
  const mapOf = (name: 'docs' | 'kid/pages') => ({
    over: (_: unknown, { inputText }: { readonly inputText: string | undefined }): readonly number[] => {
      const { map, items } = planOf(inputText)
      return map === name ? Array.from({ length: items }, (_item, place) => place) : []
    },
    each: (item: number, context: StageContext) => runItem(planOf(context.snapshot.inputText), item, context, world),
    concurrency: CONCURRENCY,
  })
  const kid = new Pipeline('kid').withMap('pages', mapOf('kid/pages'))
  return new Pipeline('maps')
    .withMap('docs', mapOf('docs'))
    .withPipeline('kid', kid, { input: (_, { inputText }) => ({ inputText: inputText as string }) })
    .build()
}

async function runItem(plan: MapPlan, item: number, { signal, resumed }: StageContext, world: MapWorld) {
  const { folder, note, slowMs } = world
  const does = (deed: Deed, why?: string): void =>
    note(plan.id, `${plan.map}#${item}${resumed === undefined ? '' : '@2'}`, deed, why)
  does('begin')
  try {
    await pause(randomFrom(item)() * slowMs, signal)
    while (item === plan.lasting && !existsSync(join(folder, FILES.noMoreKills))) await pause(LOOK_MS, signal)
  } catch (error) {
    does('aborted', String((error as { readonly code?: unknown }).code))
    throw error
  }
  if (item === plan.failing && !existsSync(repairOf(folder, plan.id))) {
    does('failed')
    return StageOutput.fail(BROKEN)
  }
  if (plan.asking.includes(item) && resumed === undefined) {
    does('asked')
    return StageOutput.suspend({ ask: item })
  }
  does('end')
  return { item, answer: resumed?.answer ?? null }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
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
