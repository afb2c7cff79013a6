import { useComputed } from '@preact/signals'
import { triesOf } from '@stageflow/report/unchecked'
import type { JSX } from 'preact'

import type { RunSummary, StageRow, StageShape } from '../../src/protocol.ts'
import type { Place, Size } from '../layout/layout.ts'
import { isOnPath } from '../run/path.ts'
import { SignPath, toneOf } from '../signs/sign.tsx'
import { address, goTo } from '../state/address.ts'
import { shownDuration } from '../state/duration.ts'
import { childrenOf } from '../state/children.ts'
import { graphStages, rowOf, runStatus } from '../state/shown-run.ts'
import { durationOf, stateOf, STATE_WORDS, type StageState } from '../state/stage-state.ts'
import { now } from '../state/time.ts'
import { isFar } from './graph-state.ts'

/** How round the box of a kind is. */
const ROUNDNESS: Partial<Record<StageShape['kind'], number>> = { guard: 1, enrich: 19, route: 13 }
const MOST_LETTERS = 18
const MOST_SMALL_LETTERS = 22

interface StageBoxProps {
  readonly shape: StageShape
  readonly place: Place
  readonly box: Size
}

/** A stage in the graph: its form is the kind, its color and sign are the state. */
export function StageBox({ shape, place, box }: StageBoxProps): JSX.Element {
  const { name, kind, conditional } = shape
  const row = rowOf(name).value
  const state = stateOf(row, runStatus.value)
  const onPath = useComputed(() => isOnPath(name)).value
  const isShown = useComputed(() => address.value.stage === name).value
  const children = childrenOf(name)
  const classes = [
    'stage',
    `tone-${toneOf(state)}`,
    onPath && 'on-path',
    isShown && 'is-shown',
    conditional && 'is-conditional',
  ]
  const words = wordsOf(row, state, children)
  return (
    <g
      class={classes.filter(Boolean).join(' ')}
      transform={`translate(${place.x} ${place.y})`}
      role="button"
      aria-pressed={isShown}
      tabindex={isShown || isFirst(name) ? 0 : -1}
      data-stage={name}
      onClick={() => goTo({ run: address.value.run, stage: name })}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        goTo({ run: address.value.run, stage: name })
      }}
    >
      <title>{[name, ...words, kind].join(', ')}</title>
      {(children.length > 0 || shape.child !== undefined || shape.map) && (
        <rect class="behind" x="4" y="4" width={box.width} height={box.height} rx={ROUNDNESS[kind] ?? 7} />
      )}
      <rect class="outline" width={box.width} height={box.height} rx={ROUNDNESS[kind] ?? 7} />
      {kind === 'work' && <rect class="inline" x="3" y="3" width={box.width - 6} height={box.height - 6} rx="4" />}
      {kind === 'agent' && (
        <rect class="inline" x="3" y="3" width={box.width - 6} height={box.height - 6} rx="4" stroke-dasharray="2 3" />
      )}
      {!isFar.value && (
        <>
          <g transform="translate(9 4) scale(0.875)">
            <SignPath state={state} />
          </g>
          <text class="stage-name" x="28" y="16" aria-hidden="true">
            {name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1)}…` : name}
          </text>
          <text class="stage-words" x="28" y="30" aria-hidden="true">
            {shortened(words)}
          </text>
        </>
      )}
    </g>
  )
}

/** What fits into the box: the duration before counts. */
function shortened([state = '', ...facts]: readonly string[]): string {
  if (facts.length === 0) return state
  const fitting = facts.filter((_, index) => facts.slice(0, index + 1).join(' · ').length <= MOST_SMALL_LETTERS)
  return fitting.join(' · ')
}

/** Without a shown stage, the tab key goes to the first one. */
function isFirst(name: string): boolean {
  return address.value.stage === undefined && graphStages.value?.[0]?.name === name
}

/** The state and what tells most about it. */
function wordsOf(row: StageRow | undefined, state: StageState, children: readonly RunSummary[]): readonly string[] {
  // Only a stage in progress is drawn again at each tick.
  const until = row?.startedAt !== undefined && row.endedAt === undefined ? now.value : 0
  const words = [STATE_WORDS[state]]
  const duration = state === 'skip' || state === 'suspend' ? undefined : durationOf(row, until)
  if (duration !== undefined) words.push(shownDuration(duration))
  if (row?.items !== undefined) words.push(`${row.items.ok + row.items.skip + row.items.fail}/${row.items.total} items`)
  else if (children.length > 0)
    words.push(`${children.filter(({ status }) => status !== 'running').length}/${children.length} runs`)
  if (row !== undefined && row.chunks > 0) words.push(`${row.chunks} chunks`)
  if (row !== undefined && triesOf(row) > 1) words.push(`${triesOf(row)} tries`)
  return words
}
