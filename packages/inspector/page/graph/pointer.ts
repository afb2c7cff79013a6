import { moveTo, view } from './graph-state.ts'
import { zoomed } from './viewport.ts'

const WHEEL_STEP = 0.001_5
/** A pointer that moves less, in pixels, only clicks. */
const LEAST_MOVE = 4

/** Moves the drawing with one pointer, and zooms it with two. Returns what ends that. */
export function followPointer(element: HTMLElement): () => void {
  const pointers = new Map<number, { readonly x: number; readonly y: number }>()
  let movedBy = 0

  function down(event: PointerEvent): void {
    if (event.button !== 0 || isControl(event.target)) return
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY })
    movedBy = 0
  }

  function move(event: PointerEvent): void {
    const before = pointers.get(event.pointerId)
    if (before === undefined) return
    const after = { x: event.clientX, y: event.clientY }
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1]
    movedBy += Math.hypot(after.x - before.x, after.y - before.y)
    if (movedBy < LEAST_MOVE) return
    // From now on, the pointer moves the drawing also outside of the element, and what is below it isn't clicked.
    if (!element.hasPointerCapture(event.pointerId)) element.setPointerCapture(event.pointerId)
    pointers.set(event.pointerId, after)
    const { left, top } = element.getBoundingClientRect()
    if (other === undefined) {
      moveTo({ ...view.value, x: view.value.x + after.x - before.x, y: view.value.y + after.y - before.y })
      return
    }
    const factor = Math.hypot(after.x - other.x, after.y - other.y) / Math.hypot(before.x - other.x, before.y - other.y)
    if (Number.isFinite(factor) && factor > 0)
      moveTo(zoomed(view.value, factor, { x: other.x - left, y: other.y - top }))
  }

  function up(event: PointerEvent): void {
    pointers.delete(event.pointerId)
  }

  const stopped = new AbortController()
  const { signal } = stopped
  element.addEventListener('pointerdown', down, { signal })
  element.addEventListener('pointermove', move, { signal })
  for (const type of ['pointerup', 'pointercancel'] as const) element.addEventListener(type, up, { signal })
  return () => stopped.abort()
}

/** Zooms at the pointer. Returns what ends that. */
export function zoomWithWheel(element: HTMLElement): () => void {
  const stopped = new AbortController()
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      const { left, top } = element.getBoundingClientRect()
      const point = { x: event.clientX - left, y: event.clientY - top }
      moveTo(zoomed(view.value, Math.exp(-event.deltaY * WHEEL_STEP), point))
    },
    { passive: false, signal: stopped.signal },
  )
  return () => stopped.abort()
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button') !== null
}
