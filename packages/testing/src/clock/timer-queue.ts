/** A timer that was set, and has neither fired nor been cleared. */
export interface Timer {
  readonly kind: 'timer' | 'sleep'
  readonly setAt: number
  readonly dueAt: number
  /** Orders timers that are due at the same instant. If ranks are equal too, `count` decides, so the order never depends on the heap. */
  readonly rank: number
  readonly count: number
  readonly callback: () => void
  /** Its slot in the heap; -1 once it has left. */
  slot: number
}

/** Timers by due time, then rank: a binary heap whose members store their slot, so that removing one is as cheap as adding it. */
export interface TimerQueue {
  readonly size: number
  add(timer: Timer): void
  remove(timer: Timer): void
  first(): Timer | undefined
  inOrder(): Timer[]
}

export function timerQueue(): TimerQueue {
  const heap: Timer[] = []

  function put(timer: Timer, slot: number): void {
    heap[slot] = timer
    timer.slot = slot
  }

  function rise(timer: Timer, from: number): void {
    let slot = from
    while (slot > 0) {
      const above = (slot - 1) >> 1
      const parent = heap[above] as Timer
      if (!isEarlier(timer, parent)) break
      put(parent, slot)
      slot = above
    }
    put(timer, slot)
  }

  function sink(timer: Timer, from: number): void {
    let slot = from
    for (;;) {
      let below = 2 * slot + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && isEarlier(heap[below + 1] as Timer, heap[below] as Timer)) below++
      const child = heap[below] as Timer
      if (!isEarlier(child, timer)) break
      put(child, slot)
      slot = below
    }
    put(timer, slot)
  }

  return {
    get size() {
      return heap.length
    },
    add(timer) {
      rise(timer, heap.length)
    },
    remove(timer) {
      const { slot } = timer
      if (slot < 0) return
      timer.slot = -1
      const last = heap.pop() as Timer
      if (last === timer) return
      sink(last, slot)
      rise(last, last.slot)
    },
    first: () => heap[0],
    inOrder: () => heap.toSorted((a, b) => (isEarlier(a, b) ? -1 : 1)),
  }
}

function isEarlier(a: Timer, b: Timer): boolean {
  if (a.dueAt !== b.dueAt) return a.dueAt < b.dueAt
  if (a.rank !== b.rank) return a.rank < b.rank
  return a.count < b.count
}
