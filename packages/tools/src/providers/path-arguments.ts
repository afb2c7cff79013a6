import { isObject } from './call-kinds.ts'

/** A dot and a name, an index in brackets, or a name in quotes and brackets. */
const STEP = /\.([^.[\]\s"']+)|\[(\d{1,9})\]|\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/gy
const DEEPEST = 64

type Holder = Record<PropertyKey, unknown>

/** Arguments whose values come one by one, with their JSON paths, and strings in several pieces: Google streams them like that. */
export class PathArguments {
  readonly root: Record<string, unknown> = {}
  #left: number
  /** Whether a piece didn't fit, so that the arguments are not those of the model. */
  isBroken = false

  constructor(most: number) {
    this.#left = most
  }

  /** Takes Google's `partialArgs`. */
  take(pieces: readonly unknown[]): void {
    for (const piece of pieces) {
      try {
        this.isBroken ||= !this.#put(piece)
      } catch {
        this.isBroken = true // a piece that cannot be read
      }
    }
  }

  #put(piece: unknown): boolean {
    const path = isObject(piece) ? piece['jsonPath'] : undefined
    const steps = typeof path === 'string' ? stepsOf(path) : undefined
    const last = steps?.at(-1)
    if (!isObject(piece) || steps === undefined || last === undefined) return false
    let holder: Holder = this.root
    for (const [at, step] of steps.slice(0, -1).entries()) {
      const inner = this.#in(holder, step) ?? this.#set(holder, step, typeof steps[at + 1] === 'number' ? [] : {})
      if (typeof inner !== 'object' || inner === null) return false
      holder = inner as Holder
    }
    const known = this.#in(holder, last)
    const value = valueOf(piece)
    // The last piece of a string may have no value.
    if (value === undefined) return known !== undefined
    if (typeof value === 'string') this.#left -= value.length
    const whole = typeof value === 'string' && typeof known === 'string' ? known + value : value
    return this.#set(holder, last, whole) !== undefined
  }

  #in(holder: Holder, step: string | number): unknown {
    return Object.hasOwn(holder, step) ? holder[step] : undefined
  }

  /** The value; undefined if it doesn't fit. Defined, not assigned: a key may be `__proto__`. */
  #set(holder: Holder, step: string | number, value: unknown): unknown {
    if (Array.isArray(holder) !== (typeof step === 'number')) return undefined
    if (Array.isArray(holder) && typeof step === 'number') {
      const gap = Math.max(0, step - holder.length)
      this.#left -= gap + 1
      if (this.#left < 0) return undefined
      for (let more = 0; more < gap; more++) holder.push(null)
    } else if (!Object.hasOwn(holder, step)) this.#left -= String(step).length + 1
    if (this.#left < 0) return undefined
    Object.defineProperty(holder, step, { value, enumerable: true, configurable: true, writable: true })
    return value
  }
}

function stepsOf(path: string): readonly (string | number)[] | undefined {
  if (!path.startsWith('$')) return undefined
  const steps: (string | number)[] = []
  let end = 1
  for (const [text, name, index, single, double] of path.slice(end).matchAll(STEP)) {
    if (steps.length === DEEPEST) return undefined
    end += text.length
    steps.push(index === undefined ? (name ?? plain(single ?? double ?? '')) : Number(index))
  }
  return end === path.length ? steps : undefined
}

const plain = (quoted: string): string => quoted.replaceAll(/\\(.)/gs, '$1')

function valueOf({ stringValue, numberValue, boolValue, nullValue }: Readonly<Record<string, unknown>>): unknown {
  if (typeof stringValue === 'string') return stringValue
  if (typeof numberValue === 'number') return numberValue
  if (typeof boolValue === 'boolean') return boolValue
  return nullValue === undefined ? undefined : null
}
