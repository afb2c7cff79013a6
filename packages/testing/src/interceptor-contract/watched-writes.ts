import { runningProcess } from './runtime-module.ts'
import { isReplacement } from './watched-globals.ts'

/** A member of a global object that is not what it was. */
export interface ChangedMember {
  readonly holder: object
  readonly key: PropertyKey
  /** As code calls it, such as `console.log`. */
  readonly name: string
  readonly before: PropertyDescriptor | undefined
}

export interface GlobalMembers {
  /** The members that were added, replaced or deleted since. */
  changed(): readonly ChangedMember[]
}

/** Remembers the members of the objects that all code of the process shares. */
export function globalMembers(): GlobalMembers {
  const members = holders().map(([name, holder]) => ({
    name,
    holder,
    before: Object.getOwnPropertyDescriptors(holder),
  }))
  return {
    changed: () =>
      members.flatMap(({ name, holder, before }) => {
        const now = Object.getOwnPropertyDescriptors(holder)
        const keys = new Set([...Reflect.ownKeys(before), ...Reflect.ownKeys(now)])
        return (
          [...keys]
            .filter((key) => !isSame(before[key as string], now[key as string]))
            // A watch may have begun or ended meanwhile.
            .filter((key) => !isReplacement(now[key as string]?.value) && !isReplacement(before[key as string]?.value))
            .map((key) => ({
              holder,
              key,
              name: name === '' ? String(key) : `${name}.${String(key)}`,
              before: before[key as string],
            }))
        )
      }),
  }
}

const CLASSES = ['Object', 'Array', 'Function', 'String', 'Number', 'Promise', 'Error', 'Map', 'Set', 'RegExp', 'Date']
const NAMESPACES = ['console', 'Math', 'JSON', 'Reflect', 'AbortSignal', 'EventTarget']

function holders(): readonly [name: string, holder: object][] {
  const globals = globalThis as unknown as Readonly<Record<string, { readonly prototype?: object } | undefined>>
  const named = [...CLASSES, ...NAMESPACES].flatMap((name): [string, object | undefined][] => [
    [name, globals[name]],
    [`${name}.prototype`, globals[name]?.prototype],
  ])
  const all: [string, object | undefined][] = [['', globalThis], ...named, ['process.env', runningProcess()?.env]]
  return all.filter((one): one is [string, object] => one[1] !== undefined)
}

function isSame(one: PropertyDescriptor | undefined, other: PropertyDescriptor | undefined): boolean {
  return Object.is(one?.value, other?.value) && one?.get === other?.get && one?.set === other?.set && !one === !other
}

/** Watches who writes to members. */
export interface WatchedWrites {
  /** The names of the members that watched code has written. */
  readonly written: readonly string[]
  /** Takes back what watched code has written, and ends the watch. */
  close(): void
}

/** Watched code sees the added ones as they were before, so that it adds them again. */
export function watchWrites(members: readonly ChangedMember[], isWatched: () => boolean): WatchedWrites {
  const written = new Set<string>()
  const undos = members.map((member) => watchMember(member, isWatched, () => void written.add(member.name)))
  return {
    get written() {
      return [...written]
    },
    close() {
      for (const undo of undos) undo()
    },
  }
}

function watchMember({ holder, key, before }: ChangedMember, isWatched: () => boolean, saw: () => void): () => void {
  const now = Object.getOwnPropertyDescriptor(holder, key)
  let value: unknown = Reflect.get(holder, key)
  let isAdded = before === undefined
  let isWritten = false
  const write = (): void => {
    isWritten = true
    saw()
  }
  const get = (): unknown => (isAdded && isWatched() ? undefined : value)
  const set = (given: unknown): void => {
    if (isWatched()) write()
    isAdded = false
    value = given
  }
  const restore = (descriptor: PropertyDescriptor | undefined): void => {
    if (descriptor === undefined) Reflect.deleteProperty(holder, key)
    else Reflect.defineProperty(holder, key, descriptor)
  }
  try {
    Object.defineProperty(holder, key, { get, set, configurable: true, enumerable: now?.enumerable ?? true })
  } catch {
    // process.env has no accessors: whether a member changes again must do.
    restore(before)
    if (!isSame(before, Object.getOwnPropertyDescriptor(holder, key))) return () => {} // it is not configurable
    return () => {
      if (!isSame(before, Object.getOwnPropertyDescriptor(holder, key))) write()
      restore(isWritten ? before : now)
    }
  }
  return () => {
    // Neither written nor deleted, but defined again.
    if (Object.getOwnPropertyDescriptor(holder, key)?.get !== get) write()
    if (isWritten || now === undefined) restore(before)
    else restore('value' in now ? { ...now, value } : now)
  }
}
