import { openChild } from './child.ts'
import type { OpenedChild } from './child.ts'
import { runCleanups } from './cleanups.ts'
import { StageflowError, textOf } from './errors.ts'
import type { Interceptor } from './interceptor.ts'
import type { LiveContext } from './live-context.ts'
import { Outcome } from './outcome.ts'
import type { PipelineReport, StageRecord } from './report-types.ts'
import { RunFace, changesOf } from './run-face.ts'
import { RunLoop, UNREAD } from './run-loop.ts'
import { DEFAULT_CLEANUP_MS } from './run-state.ts'
import type { Ending } from './run-state.ts'
import { STOP } from './schedule.ts'

/** One run from its first event to its last: what surrounds it, what stops it, and what it leaves behind. */
export class Run extends RunLoop {
  /** Nothing surrounds the run and nobody hears it: it is over with its last stage. */
  #bare = false
  #done: ((outcome: Outcome) => void) | undefined
  #begun: Promise<Outcome> | undefined
  #cancelTimeout: (() => void) | undefined
  #context: RunFace | undefined
  /** Answers in the place of interceptors around the run that ignore its end past the grace time. */
  #giveUp: (() => void) | undefined
  #blamed: Set<Interceptor> | undefined

  /** Starts the run; calls back once, with how it ended. */
  open(done: (outcome: Outcome) => void): void {
    const { options, parent, graph } = this
    this.startedAt = this.clock.now()
    this.#limitTo(options.timeoutMs === undefined ? Infinity : this.startedAt + options.timeoutMs)
    this.#limitTo(this.startedAt + (parent?.remainingMs ?? Infinity))
    this.events?.emit(
      'pipeline.started',
      { pipeline: graph.name, stages: graph.names.length },
      undefined,
      this.startedAt,
    )
    if (options.signal !== undefined) this.#listen(options.signal)
    if (parent !== undefined) this.#listen(parent.signal)
    if (graph.aroundRun !== undefined || this.events !== undefined) return void this.#openAround(done)
    this.#bare = true
    this.#start(done)
  }

  /** The innermost `next` of `wrapRun`: runs the stages, once however often it is called. */
  begin(face?: unknown): Promise<Outcome> {
    if (this.#begun === undefined && this.over) return Promise.resolve(this.#outcome())
    return (this.#begun ??= new Promise((resolve) => {
      const { snapshot, deadline, signal } = changesOf(face)
      if (snapshot !== undefined) this.snapshot = snapshot
      this.#limitTo(deadline ?? Infinity)
      if (signal !== undefined) this.#listen(signal)
      this.#start(resolve)
    }))
  }

  /** A run that has interceptors around it or is heard: its last event follows the outermost of them. */
  async #openAround(done: (outcome: Outcome) => void): Promise<void> {
    let outcome = await this.#runAround()
    if (this.#begun !== undefined && !this.over) {
      const { status, reason = 'an interceptor failed the run' } = outcome
      this.#stop(
        { status: status === 'failed' ? 'failed' : 'cancelled', reason },
        new StageflowError('core/cancelled', `The run was stopped: ${reason}`),
      )
      await this.#begun
    }
    this.over = true
    this.#recheckSignal()
    // A run that was stopped is never a success, even if the stop came after its last stage.
    if (outcome.status === 'completed' && this.ending !== undefined) outcome = this.#outcome()
    this.endedAt = this.clock.now()
    await this.#emitLast(outcome)
    this.#close()
    done(outcome)
  }

  async #runAround(): Promise<Outcome> {
    const { aroundRun } = this.graph
    if (aroundRun === undefined) return this.begin()
    const givenUp = new Promise<Outcome>((resolve) => {
      this.#giveUp = () => resolve(this.#outcome())
    })
    const answered = aroundRun(this.context) as unknown as Promise<Outcome>
    // What stopped the run before its interceptors were asked leaves them the grace time too.
    if (this.isStopped) this.#armGrace()
    const outcome = await Promise.race([answered, givenUp])
    this.#giveUp = undefined
    return outcome
  }

  async #emitLast(outcome: Outcome): Promise<void> {
    if (this.events === undefined) return
    const { status, reason } = outcome
    const durationMs = this.endedAt - this.startedAt
    const data = {
      pipeline: this.graph.name,
      durationMs,
      ...(status === 'cancelled' ? { reason } : undefined),
      ...(status === 'failed' ? { errors: outcome.errors } : undefined),
    }
    const limitMs = this.options.cleanupMs ?? DEFAULT_CLEANUP_MS
    let cancelTimer = (): void => {}
    const limit = new Promise<boolean>((resolve) => {
      cancelTimer = this.clock.setTimeout(() => resolve(false), limitMs)
    })
    const taken = await Promise.race([
      this.events.emitAndWait(`pipeline.${status}`, data, undefined, this.endedAt).then(() => true),
      limit,
    ])
    cancelTimer()
    if (!taken)
      this.problem(
        new StageflowError(
          'core/sink-slow',
          `The event sink did not take the last event of the run within ${limitMs} ms (cleanupMs); the run did not wait for it any longer.`,
        ),
      )
  }

  #start(done: (outcome: Outcome) => void): void {
    this.#done = done
    this.begun = true
    this.drive(this.startedAt)
  }

  get context(): RunFace {
    return (this.#context ??= new RunFace(this))
  }
  get report(): PipelineReport {
    return this.#outcome().report
  }
  openChild(
    context: LiveContext,
    child: unknown,
    input: object,
    options: object | undefined,
    suffix: string,
  ): OpenedChild {
    return openChild(context, child, input, options, suffix, (...parts) => new Run(...parts))
  }

  protected observe(observer: Interceptor, record: StageRecord): void {
    try {
      observer.settled?.(record, this.context)
    } catch (cause) {
      if (this.#blamed?.has(observer) === true) return
      ;(this.#blamed ??= new Set()).add(observer)
      this.problem(
        new StageflowError(
          'core/observer-threw',
          `Interceptor "${observer.name}" threw when it was told of stage "${record.stage}": ${textOf(cause)}. It changes nothing.`,
          { cause },
        ),
      )
    }
  }

  // ---------- what stops a run

  cancel(
    reason: string,
    signalReason: unknown = new StageflowError('core/cancelled', `The run was cancelled: ${reason}`),
  ): void {
    this.#stop({ status: 'cancelled', reason }, signalReason)
  }

  protected timeOut(): void {
    const ms = Math.round(this.limit - this.startedAt)
    const error = new StageflowError(
      'core/run-timeout',
      `The run of "${this.graph.name}" did not end within ${ms} ms; raise timeoutMs, or make its stages faster.`,
    )
    if (!this.closed && !this.isStopped) (this.failures ??= []).push({ error, stage: undefined })
    this.#stop({ status: 'failed', reason: `the run did not end within ${ms} ms` }, error)
  }

  #stop(ending: Ending, reason: unknown): void {
    if (this.closed) return
    this.ending ??= ending
    if (!this.over) this.schedule.feed(STOP, 0, 0)
    this.halt(reason)
  }

  protected halt(reason: unknown): void {
    // The signal first: a child run arms its own grace when it hears it, and so is never outwaited.
    this.abort.stop(reason)
    this.#armGrace()
  }

  protected waitForCode(): void {
    if (this.isStopped) return
    if (this.schedule.running === 0 && this.schedule.staying > 0) this.#armGrace()
    else this.#disarmGrace()
  }

  #armGrace(): void {
    if (
      this.cancelGrace !== undefined ||
      (this.schedule.running + this.schedule.staying === 0 && this.#giveUp === undefined)
    )
      return
    this.cancelGrace = this.clock.setTimeout(() => this.#graceOver(), this.graceMs)
  }

  #disarmGrace(): void {
    this.cancelGrace?.()
    this.cancelGrace = undefined
  }

  #graceOver(): void {
    this.cancelGrace = undefined
    const now = this.clock.now()
    for (let stage = 0; stage < this.graph.names.length; stage++) this.abandon(stage, now)
    this.drive(now)
    if (!this.isStopped || this.#giveUp === undefined) return
    this.problem(
      new StageflowError(
        'core/interceptor-stuck',
        `An interceptor around the run (${this.graph.info.interceptors.join(', ')}) did not answer within ${this.graceMs} ms (graceMs) after the run was stopped; the run did not wait for it any longer.`,
      ),
    )
    this.#giveUp()
  }

  #limitTo(limit: number): void {
    if (limit >= this.limit) return
    this.limit = limit
    this.#cancelTimeout?.()
    this.#cancelTimeout = this.clock.setTimeout(() => this.timeOut(), Math.max(0, limit - this.clock.now()))
  }

  #listen(signal: AbortSignal): void {
    this.abort.listen(signal, (reason) => this.cancel(textOf(reason), reason))
  }

  /** A listener may have been kept from telling: the caller's signal is read once more, so that an abort is never a success. */
  #recheckSignal(): void {
    const { signal } = this.options
    if (signal?.aborted === true) this.ending ??= { status: 'cancelled', reason: textOf(signal.reason) }
  }

  // ---------- how a run ends

  protected conclude(now: number): void {
    if (this.cleanups === undefined) return this.#finish(now)
    const limitMs = this.options.cleanupMs ?? DEFAULT_CLEANUP_MS
    void runCleanups(this.cleanups, this.clock, limitMs, (problem) => this.problem(problem)).then(() =>
      this.#finish(UNREAD),
    )
  }

  #finish(now: number): void {
    this.#disarmGrace()
    this.#recheckSignal()
    if (this.schedule.left > 0 && !this.schedule.stopped) {
      const error = new StageflowError(
        'core/deadlock',
        `The run of "${this.graph.name}" can make no progress, with ${this.schedule.left} stages left. This is a bug of Stageflow: please report it with the pipeline.`,
      )
      ;(this.failures ??= []).push({ error, stage: undefined })
      this.ending ??= { status: 'failed', reason: 'the run could make no progress' }
    }
    this.over = true
    this.endedAt = now === UNREAD ? this.clock.now() : now
    if (this.#bare) this.#close()
    this.#done?.(this.#outcome())
  }

  /** How the run ended, as far as the engine knows. */
  #outcome(): Outcome {
    const { ending } = this
    return new Outcome(
      this,
      ending?.status ?? 'completed',
      ending?.status === 'cancelled' ? ending.reason : undefined,
      undefined,
    )
  }

  #close(): void {
    this.closed = true
    this.#disarmGrace()
    this.#cancelTimeout?.()
    this.unlisten()
  }
}
