import type { Area, Place, Size } from '../layout/layout.ts'

/** Which part of the drawing is shown: a point of the drawing is at `x + scale * point`. */
export interface Viewport {
  readonly x: number
  readonly y: number
  readonly scale: number
}

/** What of a layout a viewport is computed from. */
export interface Drawing {
  readonly size: Size
  readonly box: Size
}

const MARGIN = 20
const LARGEST_FIT = 1.25
const READABLE = 0.85
const SMALLEST = 0.03
const LARGEST = 3

/** Shows the whole drawing. */
export function fitted(drawing: Size, frame: Size): Viewport {
  const room = { width: Math.max(1, frame.width - 2 * MARGIN), height: Math.max(1, frame.height - 2 * MARGIN) }
  const wanted = Math.min(
    LARGEST_FIT,
    room.width / Math.max(1, drawing.width),
    room.height / Math.max(1, drawing.height),
  )
  const scale = Math.max(SMALLEST, wanted)
  return { scale, x: (frame.width - drawing.width * scale) / 2, y: (frame.height - drawing.height * scale) / 2 }
}

/** Shows these boxes in the middle, large enough to read, or as near to it as the drawing fills the frame. */
export function centered(places: readonly Place[], { box, size }: Drawing, frame: Size): Viewport {
  const count = Math.max(1, places.length)
  const x = places.reduce((sum, place) => sum + place.x + box.width / 2, 0) / count
  const y = places.reduce((sum, place) => sum + place.y + box.height / 2, 0) / count
  return {
    scale: READABLE,
    x: filling(frame.width / 2 - x * READABLE, size.width * READABLE, frame.width),
    y: filling(frame.height / 2 - y * READABLE, size.height * READABLE, frame.height),
  }
}

/** The offset at which a part of a length fills the room. A shorter length is in the middle. */
function filling(offset: number, length: number, room: number): number {
  const last = room - MARGIN - length
  return last > MARGIN ? (room - length) / 2 : Math.min(MARGIN, Math.max(last, offset))
}

/** Moves no more than needed so that a box is in view. */
export function withBoxInView({ x, y, scale }: Viewport, place: Place, box: Size, frame: Size): Viewport {
  return {
    scale,
    x: shifted(x, x + place.x * scale, box.width * scale, frame.width),
    y: shifted(y, y + place.y * scale, box.height * scale, frame.height),
  }
}

function shifted(offset: number, start: number, length: number, room: number): number {
  if (start < MARGIN) return offset + MARGIN - start
  const beyond = start + length - (room - MARGIN)
  return beyond > 0 ? offset - beyond : offset
}

/** Zooms, and keeps the point of the frame where it is. */
export function zoomed(view: Viewport, factor: number, point: Place): Viewport {
  const scale = Math.min(LARGEST, Math.max(SMALLEST, view.scale * factor))
  const change = scale / view.scale
  return { scale, x: point.x - (point.x - view.x) * change, y: point.y - (point.y - view.y) * change }
}

/** What is in view, with a part of the frame around it, so that a short move shows nothing empty. */
export function visibleArea({ x, y, scale }: Viewport, frame: Size): Area {
  return {
    left: (-x - frame.width / 2) / scale,
    top: (-y - frame.height / 2) / scale,
    right: (1.5 * frame.width - x) / scale,
    bottom: (1.5 * frame.height - y) / scale,
  }
}

export function overlaps(one: Area, other: Area): boolean {
  return one.left <= other.right && one.right >= other.left && one.top <= other.bottom && one.bottom >= other.top
}
