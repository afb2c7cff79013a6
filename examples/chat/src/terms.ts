/** Words that carry no subject; dropped from questions and from the index alike. */
const STOP_WORDS = new Set(
  `a an and are as at be been but by can could did do does doing for from get gets getting got had has have how i if in into is it its
  just let like make me my need of off on one or our out please should so some tell than that the their them then there these they this
  those to up use used using want was we were what when where which who why will with would you your about explain describe define see look find write create add
  exist exists show give know mean means work works way happen happens
  inside outside within own each other between`.split(/\s+/),
)

/** A longer one is a hash or a key, never a word to search for. */
const LONGEST_WORD = 60

/**
 * The words people bring, and the words that the documentation uses for the same thing.
 * One direction only: a question about cancelling need not read about stopping.
 */
const RELATED: Readonly<Record<string, readonly string[]>> = related({
  'stop halt quit kill terminate interrupt exit': 'cancel abort',
  'error exception crash throw problem break': 'fail error',
  'step node task job': 'stage',
  'workflow flow dag': 'pipeline graph',
  'middleware hook plugin wrapper': 'interceptor',
  'argument parameter arg': 'input option',
  'return result answer': 'output result',
  'log monitor observe telemetry': 'event logging sink',
  'concurrent simultaneous': 'parallel concurrency',
  'loop retry again': 'repeat retry',
  'branch conditional condition': 'when route skip',
  'nested sub subpipeline': 'child pipeline',
  'mock fake stub': 'testing port',
  'deadline slow hang': 'timeout',
  'validate check block refuse': 'guard',
  'share pass send': 'data inputs',
  setup: 'install',
  begin: 'start',
})

/** A term as the index holds it, or undefined for a word that says nothing. */
function term(word: string): string | undefined {
  const lower = word.toLowerCase()
  if (STOP_WORDS.has(lower) || lower.length > LONGEST_WORD) return undefined
  return stem(lower)
}

/** The words of a text. `StageOutput.cancel` is found as itself, as `StageOutput`, and by each of its words. */
function words(text: string): string[] {
  const found: string[] = []
  const joined = text.normalize('NFKC').replace(/\btime-(outs?)\b/gi, 'time$1')
  for (const [match] of joined.matchAll(/[\p{L}\p{N}_$]+(?:\.[\p{L}_$][\p{L}\p{N}_$]*)*/gu)) {
    if (match.includes('.')) found.push(match)
    for (const part of match.split('.')) {
      if (part === '') continue
      found.push(part)
      const pieces = part.split(/_|(?<=\p{Ll}|\p{N})(?=\p{Lu})/u).filter((piece) => piece !== '')
      if (pieces.length > 1) found.push(...pieces)
    }
  }
  return found
}

export function terms(text: string): readonly string[] {
  return words(text).flatMap((word) => term(word) ?? [])
}

export function relatedTerms(of: string): readonly string[] {
  return RELATED[of] ?? []
}

/** Light and only for English: enough that cancel, cancels, cancelled, cancelling and cancellation meet. */
export function stem(word: string): string {
  if (!/^[a-z]{4,}$/.test(word)) return word
  let root = word
  if (root.endsWith('ies') && root.length > 4) root = `${root.slice(0, -3)}y`
  else if (/(?:[^aeiou]|[aeo])s$/.test(root) && !root.endsWith('ss')) root = root.slice(0, -1)
  for (const ending of ['ation', 'ing', 'ed'] as const) {
    const rest = root.slice(0, -ending.length)
    if (!root.endsWith(ending) || rest.length < 3 || !/[aeiouy]/.test(rest)) continue
    root = rest
    break
  }
  return root.replace(/e$/, '').replace(/([^aeiou])\1$/, '$1')
}

function related(groups: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> {
  const table: Record<string, readonly string[]> = Object.create(null) as Record<string, readonly string[]>
  for (const [asked, written] of Object.entries(groups)) {
    for (const word of asked.split(' ')) {
      const own = stem(word)
      table[own] = written
        .split(' ')
        .map(stem)
        .filter((one) => one !== own)
    }
  }
  return table
}
