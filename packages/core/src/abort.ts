/** The signals of one run, made only when somebody asks for them, and what aborts it from outside. */
export class RunAbort {
  /** Why the run was stopped; undefined while it was not. */
  stopped: { readonly reason: unknown } | undefined
  #controller: AbortController | undefined
  /** Stages that can be aborted alone have a controller each. */
  #ofStages: Map<number, AbortController> | undefined
  #unlisten: (() => void)[] | undefined

  get signal(): AbortSignal {
    return (this.#controller ??= this.#create()).signal
  }

  signalOf(stage: number): AbortSignal {
    return this.#ofStage(stage).signal
  }

  isAborted(stage: number): boolean {
    return this.stopped !== undefined || this.#ofStages?.get(stage)?.signal.aborted === true
  }

  reasonFor(stage: number): unknown {
    return this.#ofStages?.get(stage)?.signal.reason ?? this.stopped?.reason
  }

  stop(reason: unknown): void {
    if (this.stopped !== undefined) return
    this.stopped = { reason }
    this.#controller?.abort(reason)
    for (const controller of this.#ofStages?.values() ?? []) controller.abort(reason)
  }

  stopStage(stage: number, reason: unknown): void {
    this.#ofStage(stage).abort(reason)
  }

  /** Calls back when `signal` aborts, at once if it has. */
  listen(signal: AbortSignal, onAbort: (reason: unknown) => void): void {
    if (signal.aborted) return onAbort(signal.reason)
    const listener = (): void => onAbort(signal.reason)
    signal.addEventListener('abort', listener, { once: true })
    ;(this.#unlisten ??= []).push(() => signal.removeEventListener('abort', listener))
  }

  unlisten(): void {
    for (const unlisten of this.#unlisten ?? []) unlisten()
    this.#unlisten = undefined
  }

  #ofStage(stage: number): AbortController {
    const all = (this.#ofStages ??= new Map())
    const controller = all.get(stage) ?? this.#create()
    all.set(stage, controller)
    return controller
  }

  #create(): AbortController {
    const controller = new AbortController()
    if (this.stopped !== undefined) controller.abort(this.stopped.reason)
    return controller
  }
}

/** Waits for `promise`, or until `signal` aborts. */
export async function untilAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  let onAbort = (): void => {}
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve
    signal.addEventListener('abort', onAbort)
  })
  try {
    await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
