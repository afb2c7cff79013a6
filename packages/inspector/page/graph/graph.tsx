import { useComputed, useSignalEffect } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import type { Area, Layout, Place } from '../layout/layout.ts'
import { graphStages, run } from '../state/shown-run.ts'
import { Edge } from './edge.tsx'
import { GraphTools } from './graph-tools.tsx'
import { followPointer, zoomWithWheel } from './pointer.ts'
import { frame, isFar, layout, openFittingView, openGraph, resetGraph, view } from './graph-state.ts'
import { StageBox } from './stage-box.tsx'
import { overlaps, visibleArea } from './viewport.ts'

/** The graph of the shown run. */
export function Graph(): JSX.Element {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => (element.current === null ? undefined : watchFrame(element.current)), [])
  useSignalEffect(() => {
    if (layout.value === undefined) return
    openFittingView()
    resetGraph()
  })
  const drawn = layout.value
  return (
    <section class="graph" aria-label="Graph" ref={element} style={{ '--drawn': `${drawn?.size.height ?? 0}px` }}>
      {drawn === undefined ? <UnknownGraph /> : <Drawing drawn={drawn} />}
    </section>
  )
}

function watchFrame(element: HTMLElement): () => void {
  const observer = new ResizeObserver(() => {
    frame.value = { width: element.clientWidth, height: element.clientHeight }
    openGraph()
  })
  observer.observe(element)
  const stopPointer = followPointer(element)
  const stopWheel = zoomWithWheel(element)
  return () => {
    observer.disconnect()
    stopPointer()
    stopWheel()
  }
}

function UnknownGraph(): JSX.Element {
  const path = run.value?.summary.parent?.path
  return (
    <div class="empty">
      <p>
        <strong>The graph isn't known.</strong>
      </p>
      <p>Only events of this run were seen{path === undefined ? '' : ` (child run ${path})`}.</p>
    </div>
  )
}

function Drawing({ drawn }: { readonly drawn: Layout }): JSX.Element {
  // Rounded, so that a short move draws no box again.
  const visible = useComputed((): Area => {
    const { left, top, right, bottom } = visibleArea(view.value, frame.value)
    return { left: floored(left), top: floored(top), right: floored(right) + STEP, bottom: floored(bottom) + STEP }
  })
  const { left, top, right, bottom } = visible.value
  const area = { left, top, right, bottom }
  return (
    <>
      <svg width="100%" height="100%" role="group" aria-label={`Stages of ${run.value?.graph?.name ?? ''}`}>
        <Moved>
          <g>
            {drawn.edges
              .filter((edge) => overlaps(edge.area, area))
              .map((edge) => (
                <Edge key={`${edge.from}-${edge.to}`} edge={edge} />
              ))}
          </g>
          {graphStages.value?.map((shape, index) => {
            const place = drawn.places[index]
            if (place === undefined || !overlaps(areaOfBox(place, drawn), area)) return null
            return <StageBox key={shape.name} shape={shape} place={place} box={drawn.box} />
          })}
        </Moved>
      </svg>
      <GraphTools />
    </>
  )
}

const STEP = 400
const floored = (value: number): number => Math.floor(value / STEP) * STEP

/** Only this element changes when the reader moves the drawing. */
function Moved({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const { x, y, scale } = view.value
  return (
    <g class={isFar.value ? 'far' : ''} transform={`translate(${x} ${y}) scale(${scale})`}>
      {children}
    </g>
  )
}

function areaOfBox({ x, y }: Place, { box }: Layout): Area {
  return { left: x, top: y, right: x + box.width, bottom: y + box.height }
}
