import type { JSX } from 'preact'

import type { RunStatus } from '../../src/protocol.ts'
import type { StageState } from '../state/stage-state.ts'

type State = StageState | RunStatus

/** Colors: every state has one of these, and a sign, so that no color is needed to tell states apart. */
export type Tone = 'waiting' | 'running' | 'ok' | 'skip' | 'cancel' | 'fail' | 'suspend'

const TONES: Readonly<Record<State, Tone>> = {
  waiting: 'waiting',
  never: 'waiting',
  running: 'running',
  retrying: 'running',
  ok: 'ok',
  completed: 'ok',
  skip: 'skip',
  cancel: 'cancel',
  cancelled: 'cancel',
  fail: 'fail',
  failed: 'fail',
  blocked: 'fail',
  stopped: 'fail',
  suspend: 'suspend',
  suspended: 'suspend',
}

export function toneOf(state: State): Tone {
  return TONES[state]
}

// Drawn instead of written: fonts lack many of these signs.
const CHECK = 'M3 8.5 6.5 12 13 4.5'
const CROSS = 'M4 4l8 8M12 4l-8 8'
const DISC = 'M8 4.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 1 1 0-7z'
const CIRCLE = 'M8 5.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0-5z'
const AGAIN = 'M12.5 8a4.5 4.5 0 1 1-1.5-3.4M11.5 1.8v3h-3'
const CHEVRONS = 'M3.5 4l4 4-4 4M8.5 4l4 4-4 4'
const BARRED = 'M8 3a5 5 0 1 1 0 10a5 5 0 1 1 0-10zM4.6 4.6l6.8 6.8'
const QUESTION = 'M5.2 5.6a2.8 2.8 0 1 1 4.2 2.4c-1 .6-1.4 1-1.4 2M8 13v.1'
const EXCLAMATION = 'M8 3v6M8 12.6v.1'
const SQUARE = 'M4.5 4.5h7v7h-7z'
const DASH = 'M4.5 8h7'

const PATHS: Readonly<Record<State, string>> = {
  waiting: CIRCLE,
  never: DASH,
  running: DISC,
  retrying: AGAIN,
  ok: CHECK,
  completed: CHECK,
  skip: CHEVRONS,
  cancel: BARRED,
  cancelled: BARRED,
  fail: CROSS,
  failed: CROSS,
  blocked: EXCLAMATION,
  stopped: SQUARE,
  suspend: QUESTION,
  suspended: QUESTION,
}

/** The sign of a state, in a drawing. */
export function SignPath({ state }: { readonly state: State }): JSX.Element {
  return <path class={`sign-path ${state === 'running' ? 'is-running' : ''}`} d={PATHS[state]} />
}

/** The sign of a state, beside its word or in an element that names it. */
export function Sign({ state }: { readonly state: State }): JSX.Element {
  return (
    <svg class={`sign tone-${toneOf(state)}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <SignPath state={state} />
    </svg>
  )
}

const ICONS = {
  close: CROSS,
  theme: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11zM8 2.5v11M8 5h2.5M8 8h3.5M8 11h2.5',
  keys: QUESTION,
  up: 'M8 13V3.5M4 7.5l4-4 4 4',
  more: 'M8 3v10M3 8h10',
  less: 'M3 8h10',
} as const

/** A sign on a button that has a label. */
export function Icon({ name }: { readonly name: keyof typeof ICONS }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path class="sign-path" d={ICONS[name]} />
    </svg>
  )
}
