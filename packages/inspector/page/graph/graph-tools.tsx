import type { JSX } from 'preact'

import { Icon } from '../signs/sign.tsx'
import { showNow, showWhole, zoomBy } from './graph-state.ts'

const STEP = 1.3

export function GraphTools(): JSX.Element {
  return (
    <div class="tools" role="group" aria-label="View of the graph">
      <button type="button" title="Show the whole graph (f)" onClick={showWhole}>
        fit
      </button>
      <button type="button" title="Show what runs or failed (n)" onClick={showNow}>
        now
      </button>
      <button type="button" aria-label="Zoom in" onClick={() => zoomBy(STEP)}>
        <Icon name="more" />
      </button>
      <button type="button" aria-label="Zoom out" onClick={() => zoomBy(1 / STEP)}>
        <Icon name="less" />
      </button>
    </div>
  )
}
