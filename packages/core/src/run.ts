import { openChild } from './child.ts'
import type { OpenedChild } from './child.ts'
import { within } from './call-parts.ts'
import { runCleanups } from './cleanups.ts'
import { StageflowError, textOf } from './errors.ts'
import { emitLastEvent } from './last-event.ts'
import { DEFAULT_CLEANUP_MS, UNREAD } from './limits.ts'
import type { LiveContext } from './live-context.ts'
import { takeParts, tellOfEnd } from './observers.ts'
import { Outcome, addedError } from './outcome.ts'
import type { PipelineReport, RunOutcome } from './report-types.ts'
import { RunFace, changesOf } from './run-face.ts'
import { RunLoop } from './run-loop.ts'
import type { Ending } from './run-state.ts'
import { STOP } from './schedule-codes.ts'

/** One run from its first event to its last: what surrounds it, what stops it, and what it leaves behind. */
export class Run extends RunLoop {
  /** Nothing surrounds the run and nobody hears it: it is over with its last stage. */
  #bare = false
  #done: ((outcome: Outcome) => void) | undefined
  #begun: Promise<Outcome> | undefined
  #cancelTimeout: (() => void) | undefined
  #context: RunFace | undefined
  /** One of the interceptors around the run was given up. */
  #gaveUp = false
  /** How the run ended, whatever surrounds it included. */
  #settled: Outcome | undefined

  /** Starts the run; calls back once, with how it ended. */
  open(done: (outcome: Outcome) => void): void {
    const { options, parent, graph } = this
    this.startedAt = this.endedAt = this.clock.now()
    this.#limitTo(this.startedAt + (options.timeoutMs ?? Infinity))
    this.events?.emit(
      'pipeline.started',
      { pipeline: graph.name, stages: graph.names.length },
      undefined,
      this.startedAt,
    )
    this.#listen(options.signal)
    this.#listen(parent?.signal)
    if (graph.watching.length > 0) takeParts(this, this.context)
    if (this.parts === undefined) this.#proceed(done)
    else within(this, graph.watching, this.parts, 0, 0, this.context, () => this.#proceed(done), 'the run')
  }

  #proceed(done: (outcome: Outcome) => void): void {
    if (this.graph.aroundRun !== undefined || this.events !== undefined) return void this.#openAround(done)
    this.#bare = true
    this.#start(done)
  }

  /** The innermost `next` of `wrapRun`: runs the stages, once however often it is called. */
  begin(face?: unknown): Promise<Outcome> {
    if (this.#begun === undefined && this.over) return Promise.resolve(this.#outcome())
    return (this.#begun ??= new Promise((resolve) => {
      const changes = changesOf(face)
      if (changes.snapshot !== undefined) this.snapshot = changes.snapshot
      this.#limitTo(changes.deadline ?? Infinity)
      this.#listen(changes.signal)
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
    // What ended the run first counts: an interceptor can fail a run that completed, but not better, or change, one that did not.
    if (this.ending !== undefined && outcome.status !== this.ending.status) {
      const added = addedError(outcome)
      if (added !== undefined)
        this.problem(
          new StageflowError(
            'core/interceptor-late',
            `An interceptor failed the run after it had ended as ${this.ending.status}: ${textOf(added)}`,
            { cause: added },
          ),
        )
      outcome = this.#outcome()
    }
    this.endedAt = this.clock.now()
    this.#settled = outcome
    // Where the stages never began nothing else has said that it ends by itself.
    this.concluding = true
    if (this.parts !== undefined) tellOfEnd(this, this.context, outcome as unknown as RunOutcome)
    await emitLastEvent(this, outcome)
    this.#close()
    done(outcome)
  }

  async #runAround(): Promise<Outcome> {
    if (this.graph.aroundRun === undefined) return this.begin()
    const answered = this.graph.aroundRun(this.context) as unknown as Promise<Outcome>
    // What stopped the run before its interceptors were asked leaves them the grace time too.
    if (this.isStopped) this.#armGrace()
    return answered
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
    return (this.#settled ?? this.#outcome()).report
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

  cancel(
    reason: string,
    signalReason: unknown = new StageflowError('core/cancelled', `The run was cancelled: ${reason}`),
  ): void {
    this.#stop({ status: 'cancelled', reason }, signalReason)
  }

  /** The time is past `limit`. Where that came from above it is the run above that took too long, if it did. */
  outOfTime(): void {
    const now = this.clock.now()
    if (now >= this.ownLimit) this.#expire()
    else if (now >= this.limit) this.parent?.run.outOfTime()
  }

  #expire(): void {
    if (this.silent || this.closed) return
    const ms = Math.round(this.ownLimit - this.startedAt)
    const error = new StageflowError(
      'core/run-timeout',
      `The run of "${this.graph.name}" did not end within ${ms} ms; raise timeoutMs, or make its stages faster.`,
    )
    if (!this.isStopped) (this.failures ??= []).push({ error, stage: undefined })
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
    this.abort.scope.abort(reason)
    this.#armGrace()
  }

  protected waitForCode(): void {
    if (this.isStopped) return
    if (this.schedule.running === 0 && this.schedule.staying > 0) this.#armGrace()
    else this.#disarmGrace()
  }

  #armGrace(): void {
    if (this.waitsForChild) return // which has limits of its own, and says when it is over
    const isAwaited = this.schedule.running + this.schedule.staying > 0 || this.pending.length > 0
    if (this.cancelGrace !== undefined || !isAwaited) return
    this.#graceFor(this.graceMs)
  }

  #disarmGrace(): void {
    this.cancelGrace?.()
    this.cancelGrace = undefined
  }

  #graceOver(): void {
    const wasOver = this.over
    if (!wasOver) this.#abandonAll() // while `cancelGrace` is set: nothing arms it anew meanwhile
    this.cancelGrace = undefined
    if (!this.isStopped) return this.waitForCode()
    // Those who wait for its stages and cleanups, which have limits of their own, are not late.
    if (this.pending.length === 0 || (this.#begun !== undefined && !this.over)) return
    if (wasOver || this.#begun === undefined) this.#giveUp()
    else this.#graceFor(0)
  }

  #abandonAll(): void {
    const now = this.clock.now()
    for (let stage = 0; stage < this.graph.names.length; stage++) {
      if (this.abandon(stage, now)) this.waitsForChild = true
    }
    this.driveSoon(now)
  }

  #graceFor(ms: number): void {
    this.cancelGrace = this.clock.setTimeout(() => this.#graceOver(), ms)
  }

  /** Answers in the place of the innermost interceptor around the run that hangs, so that those around it can end, which they do at once or are given up too. */
  #giveUp(): void {
    const stuck = this.pending.splice(this.#gaveUp ? 0 : -1).reverse()
    this.#gaveUp = true
    for (const { name, answer } of stuck) {
      this.problem(
        new StageflowError(
          'core/interceptor-stuck',
          `Interceptor "${name}" around the run did not answer within ${this.graceMs} ms (graceMs) after the run was stopped, and was given up.`,
        ),
      )
      answer(this.#outcome() as unknown as RunOutcome)
    }
    if (this.pending.length > 0) this.#graceFor(0)
  }

  childClosed(): void {
    if (!this.waitsForChild) return
    // The stage that waited for it has the grace time once more, for what it does then.
    this.waitsForChild = false
    if (this.isStopped) this.#armGrace()
    else this.waitForCode()
  }

  #limitTo(limit: number): void {
    if (limit >= this.ownLimit) return
    this.ownLimit = limit
    this.#cancelTimeout?.()
    this.#cancelTimeout = this.clock.setTimeout(() => this.#expire(), Math.max(0, limit - this.clock.now()))
  }

  #listen(signal: AbortSignal | undefined): void {
    if (signal !== undefined) this.abort.listen(signal, (reason) => this.cancel(textOf(reason), reason))
  }

  /** A listener may have been kept from telling: the caller's signal is read once more, so that an abort is never a success. */
  #recheckSignal(): void {
    const { signal } = this.options
    if (signal?.aborted === true) this.ending ??= { status: 'cancelled', reason: textOf(signal.reason) }
  }

  protected conclude(now: number): void {
    this.concluding = true
    if (this.cleanups === undefined) return this.#finish(now)
    const limitMs = this.options.cleanupMs ?? DEFAULT_CLEANUP_MS
    void runCleanups(this.cleanups, this.clock, limitMs, (problem) => this.problem(problem)).then(() =>
      this.#finish(UNREAD),
    )
  }

  #finish(now: number): void {
    // Interceptors around a run that was stopped are still given no more than the grace time.
    if (!this.isStopped || this.pending.length === 0) this.#disarmGrace()
    else if (this.cancelGrace === undefined) this.#graceFor(0)
    this.#recheckSignal()
    if (this.schedule.left > 0 && !this.schedule.stopped) {
      const error = new StageflowError(
        'core/deadlock',
        `The run of "${this.graph.name}" can make no progress, with ${this.schedule.left} stages left. This is a bug of Stageflow: please report it.`,
      )
      ;(this.failures ??= []).push({ error, stage: undefined })
      this.ending ??= { status: 'failed', reason: 'the run could make no progress' }
    }
    this.over = true
    this.endedAt = now === UNREAD ? this.clock.now() : now
    const outcome = this.#outcome()
    if (this.#bare) {
      if (this.parts !== undefined) tellOfEnd(this, this.context, outcome as unknown as RunOutcome)
      this.#close()
    }
    this.#done?.(outcome)
  }

  /** How the run ended, as far as the engine knows. */
  #outcome(): Outcome {
    const { status = 'completed', reason } = this.ending ?? {}
    return new Outcome(this, status, reason)
  }

  #close(): void {
    this.closed = true
    this.wake = undefined // with it the async context of whoever started the run
    this.#disarmGrace()
    this.#cancelTimeout?.()
    this.unlisten()
  }
}
