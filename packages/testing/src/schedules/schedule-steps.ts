/** Something that may happen now or at a later instant. */
interface Step {
  /** The stage whose code set it up, or `the run`. */
  readonly owner: string
  readonly what: string
  readonly dueAt: number
  readonly go: () => void
}

/** Picks one of at least two steps, by its place. */
export type Choose = (options: readonly string[]) => number

/** A step that was taken. */
export interface TakenStep {
  readonly name: string
  /** When, in ms on the clock. */
  readonly at: number
  /** The steps that were declared earlier and could have been taken instead. */
  readonly others: readonly string[]
  /** What happened in it, such as `a ok`. */
  readonly news: readonly string[]
}

/** The pending and taken steps of a schedule, and its time. */
export interface Steps {
  readonly taken: readonly TakenStep[]
  now(): number
  /** The owner of the step that is being taken. Steps that are added meanwhile are its own. */
  owner(): string
  /** Adds a step that is due in `ms`. The returned function takes it back. */
  add(what: string, owner: string, ms: number, go: () => void): () => void
  /** Takes a step of the next instant that has any. Returns false if no step is left that is ever due. */
  take(): boolean
  /** Adds to what happened in the step that is being taken. */
  tell(news: string): void
  /** Calls `callback` once when the next step is added. */
  onAdd(callback: () => void): void
}

/** Makes an empty list of steps at time 0. */
export function createSteps(choose: Choose): Steps {
  const pending = new Set<Step>()
  const taken: (TakenStep & { readonly news: string[] })[] = []
  let time = 0
  let owner = 'the run'
  let added: (() => void) | undefined

  return {
    taken,
    now: () => time,
    owner: () => owner,
    add(what, stepOwner, ms, go) {
      const step: Step = { owner: stepOwner, what, dueAt: time + ms, go }
      pending.add(step)
      added?.()
      added = undefined
      return () => void pending.delete(step)
    },
    take() {
      let first = Infinity
      for (const { dueAt } of pending) first = Math.min(first, dueAt)
      if (first === Infinity) return false
      time = Math.max(time, first)
      const options = [...pending].filter(({ dueAt }) => dueAt <= time)
      const names = options.map(nameOf)
      const chosen = options.length === 1 ? 0 : choose(names)
      const step = options[chosen] as Step
      pending.delete(step)
      taken.push({ name: nameOf(step), at: time, others: names.slice(0, chosen), news: [] })
      owner = step.owner
      step.go()
      return true
    },
    tell(news) {
      taken.at(-1)?.news.push(news)
    },
    onAdd(callback) {
      added = callback
    },
  }
}

const nameOf = ({ owner, what }: Step): string => `${owner} ${what}`
