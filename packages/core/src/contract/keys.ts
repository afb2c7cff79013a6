// The grammar of keys. A key is the way from the outermost run to a call of a stage, through the stages that run child pipelines.
// `kid/check@2` has the parts `kid` and `check`, with slashes between them, and the round 2. A part is the name of a stage. It may have a
// place, as in `letters#3`, `draft#2` and `letters#over`, and a number, as in `pay~2`.
//
// Facts, questions and answers have the keys of their calls, and so do the timers of questions. A child run has the prefix `kid/`.
//
// The timer of a limit is a slash, the key of the limit, and a round. The limit of a run has the prefix of the run as its key. An interceptor
// sets a limit on a stage: its key is that of the stage, `~` and the name of the interceptor, as in `kid~timeout`. So `~` has two meanings.
// The key of a limit isn't that of a call, and `parseKey` isn't for it.
//
// The timer of a wait for soft dependencies is two slashes, the key of the stage that waits, and a round. No limit has a key that begins with a
// slash.

// Both before all else, so that bundlers can inline them.
export const LONGEST_ITEM_KEY = 200
const SOURCE = 'over'

/** A stage on the way that a key names. */
export interface KeyPart {
  /** The name of the stage. */
  readonly name: string
  /** The key of an item of a map, or the number of an attempt of a child pipeline that repeats. */
  readonly place?: string
  /** True for the call that reads the source of a map. */
  readonly isSource?: true
  /** Its number, from 2, if it is not the first child run that one call started. */
  readonly count?: number
}
export interface Key {
  /** From the outermost run to the call. */
  readonly parts: readonly KeyPart[]
  /** How often the call was made, from 1. An answer makes it again. */
  readonly round: number
}
/** A part of a key that was read. */
export interface ReadPart extends KeyPart {
  /** The keys of its run begin with it. Empty in the outermost run. */
  readonly prefix: string
}

// Half a surrogate pair is one too, because UTF-8 can't hold it: all of them would be one key in a journal. PostgreSQL has no text with NUL.
const MARKS = /[\0%/#~@ \p{Surrogate}]/gu
/** A text in which no mark of the grammar is left. The name of a stage can hold only one of them, the slash. */
const escaped = (text: string): string =>
  text.replace(MARKS, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
const unescaped = (text: string): string =>
  text.replace(/%(D[89A-F][0-9A-F]{2}|[0-9A-F]{2})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )

// Parts

/** An item of a map, by its key, or an attempt, by its number. */
export const placeSuffix = (place: string | number): string => `#${placeText(`${place}`)}`
/** The call that reads the source of a map. */
export const SOURCE_SUFFIX: string = `#${SOURCE}`
/** Of the child runs that one call starts, the first has no number. */
export const countSuffix = (count: number): string => (count === 1 ? '' : `~${count}`)
const roundSuffix = (round: number): string => (round === 1 ? '' : `@${round}`)

/** The key of a call. `prefix`: of its run. `suffix`: of the part that the call is of its stage. */
export const callKey = (prefix: string, stage: string, suffix = '', round = 1): string =>
  `${prefix}${escaped(stage)}${suffix}${roundSuffix(round)}`

/** What the keys of a child run begin with. */
export const childPrefix = (prefix: string, stage: string, suffix = ''): string => `${callKey(prefix, stage, suffix)}/`

export const formatKey = ({ parts, round }: Key): string => parts.map(partText).join('/') + roundSuffix(round)

function partText({ name, place, isSource, count = 1 }: KeyPart): string {
  if (isSource) return escaped(name) + SOURCE_SUFFIX
  return escaped(name) + (place === undefined ? '' : `#${placeText(place)}`) + countSuffix(count)
}
/** Whether a text can be the key of an item. */
export const isItemKey = (text: string): boolean => text !== '' && text.length <= LONGEST_ITEM_KEY
/** A place is never taken for the source of a map. */
const placeText = (place: string): string => (place === SOURCE ? '%6Fver' : escaped(place))

/** Reads the key of a call. The round of a key that has none is 1. */
export function parseKey(key: string): { readonly parts: readonly ReadPart[]; readonly round: number } {
  const [way = '', round = '1'] = key.split('@')
  let prefix = ''
  const parts = way.split('/').map((text) => {
    const part = { prefix, ...partOf(text) }
    prefix += `${text}/`
    return part
  })
  return { parts, round: Number(round) }
}

function partOf(text: string): KeyPart {
  const [way = '', count] = text.split('~')
  const [name = '', place] = way.split('#')
  return {
    name: unescaped(name),
    ...(place === SOURCE ? { isSource: true } : place !== undefined && { place: unescaped(place) }),
    ...(count !== undefined && { count: Number(count) }),
  }
}

/** The name of the stage of the outermost run that a key is of, or inside of. */
export const outermostStage = (key: string): string => (parseKey(key).parts[0] as ReadPart).name

/** The key of the first round, which all rounds of a call share. */
export const withoutRound = (key: string): string => key.split('@', 1)[0] as string

// Timers of limits

const LIMIT = '/'
/** The key of a limit that an interceptor sets on a stage with the key `stageKey`. A run has the limit of its prefix. */
export const limitKey = (stageKey: string, interceptor: string): string => `${stageKey}~${interceptor}`
/** `round`: how often the limit was set. A timer that was set before no longer counts. */
export const limitTimer = (limit: string, round: number): string => `${LIMIT}${limit}@${round}`
/** Timers of questions have the keys of calls, which never begin with a slash. */
export const isLimitTimer = (key: string): boolean => key.startsWith(LIMIT) && !isWaitTimer(key)

// Timers of waits for soft dependencies

const WAIT = '//'
/** `round`: how often the stage with the key `stageKey` has set its timer. One that was set before no longer counts. */
export const waitTimer = (stageKey: string, round: number): string => `${WAIT}${stageKey}@${round}`
export const isWaitTimer = (key: string): boolean => key.startsWith(WAIT)
/** The key of the stage that waits. */
export const waitingKey = (timer: string): string => withoutRound(timer.slice(WAIT.length))

// Answers

/** The names of an answer as one text, and back. */
export const pathText = (names: readonly string[]): string => names.map(escaped).join('/')
export const namesIn = (text: string): readonly string[] => text.split('/').map(unescaped)

// Child runs that ended, in the result of their run. Their paths have the names of stages as they are.

/** `above`: the path of the run of the stage; empty for the outermost one. */
export const childPath = (above: string, stage: string, suffix = ''): string =>
  `${above === '' ? '' : `${above}/`}${stage}${suffix}`
/** A path that ran again, after a retry, has a number from 2. A child of a child may have its number already. */
export const numberedPath = (path: string, count: number): string => `${withoutRound(path)}${roundSuffix(count)}`
