type Listener = EventListenerOrEventListenerObject

/** Counts the listeners that are left on watched signals. */
export interface WatchedSignals {
  watch(signal: AbortSignal): void
  readonly left: number
}

/** Watches signals by replacing their methods that add and remove listeners. */
export function watchedSignals(): WatchedSignals {
  const seen = new WeakSet<AbortSignal>()
  const left = new Set<object>()

  function watch(signal: AbortSignal): void {
    if (seen.has(signal)) return
    seen.add(signal)
    const entries = new Map<Listener, object>()
    const forget = (listener: Listener): void => {
      const entry = entries.get(listener)
      if (entry === undefined) return
      entries.delete(listener)
      left.delete(entry)
    }
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    Object.defineProperty(signal, 'addEventListener', {
      configurable: true,
      value: (type: string, listener: Listener | null, options?: AddEventListenerOptions | boolean) => {
        add(type, listener as Listener, options)
        if (type !== 'abort' || listener === null || signal.aborted || entries.has(listener)) return
        const entry = {}
        entries.set(listener, entry)
        left.add(entry)
        if (typeof options !== 'object') return
        // An event calls its listeners in the order in which they were added: this one runs right after the other.
        if (options.once === true) add('abort', () => forget(listener), { once: true })
        options.signal?.addEventListener('abort', () => forget(listener), { once: true })
      },
    })
    Object.defineProperty(signal, 'removeEventListener', {
      configurable: true,
      value: (type: string, listener: Listener | null, options?: EventListenerOptions | boolean) => {
        remove(type, listener as Listener, options)
        if (type === 'abort' && listener !== null) forget(listener)
      },
    })
  }

  return {
    watch,
    get left() {
      return left.size
    },
  }
}
