import { stemmer } from 'stemmer'

/** Words without a subject. They are neither indexed nor searched. */
const STOP_WORDS = new Set(
  `a about all also actually am an and any are as at be been but by can could did do does doing each else for from get gets getting got had
  has have he her here his how i if in into is it its just keep know let like make many may me mean more most much my need no not of off on one only or other our
  out please says she should really seem so some something such take tell than that the their them then there these they this those to too up us use used using
  turn very want was way we were what when where which while who why will with work works would yes whole without you your`.split(
    /\s+/,
  ),
)

/** The words that people bring, and the words of the documentation for the same thing. */
const SYNONYMS: Readonly<Record<string, string>> = {
  'step node task job activity': 'stage',
  'workflow flow dag chain': 'pipeline graph',
  'middleware hook wrapper': 'interceptor',
  'subgraph nested sub subpipeline': 'child pipeline',
  'crash restart': 'survive crash durable',
  'resume durable durability checkpoint persistence': 'crash survive',
  'stop halt quit kill terminate interrupt': 'cancel abort',
  'abort cancellation': 'cancel',
  'hang stuck slow deadline maximum': 'timeout limit',
  'error exception throw break': 'fail error',
  'human approval approve manual': 'person human approve',
  'mock fake stub unit': 'test replace',
  'duplicate twice dedupe once': 'idempotent idempotency',
  'state share': 'data pass',
  'condition conditional if': 'condition branch when',
  merge: 'join branch',
  'array list': 'item map',
  'concurrent concurrently simultaneous together': 'parallel concurrency',
  'alternative compared versus vs difference different better instead': 'comparison compare',
  'langgraph mastra effect temporal inngest langchain': 'comparison',
  'deploy deployment scale production cluster': 'process scale production',
  'disconnect closed tab leave': 'disconnect client cancel',
  'browser sse frontend': 'browser stream',
  'llm gpt chatgpt claude anthropic vendor': 'model openai',
  agent: 'tool loop',
  'overhead performance speed fast': 'cost cheap benchmark',
  'monitor observe monitoring': 'observability metric trace',
  'span jaeger honeycomb': 'trace tracing span',
  'vulnerability exploit': 'security',
  'upgrade breaking semver': 'version upgrade',
  'platform runtime edge workers': 'runtime support browser',
  'sigterm graceful gracefully shutdown': 'shutdown shut signal',
  'dependency container': 'inject port',
  'database service client': 'service inject port',
  'login permission tenant': 'authorize authenticate role',
  'migration move': 'migrate',
  'setup begin': 'install start',
  'execute execution': 'run',
  'diagram draw visualize chart picture': 'mermaid timeline report',
  'compatible compatibility': 'support runtime',
  'outage unavailable': 'circuit breaker',
}

const synonyms = new Map<string, readonly string[]>()
for (const [asked, written] of Object.entries(SYNONYMS)) {
  const others = written.split(' ').map(stemmer)
  for (const own of asked.split(' ').map(stemmer))
    synonyms.set(
      own,
      [...(synonyms.get(own) ?? []), ...others].filter((other) => other !== own),
    )
}

/** Other terms for the same thing. */
export const synonymsOf = (term: string): readonly string[] => synonyms.get(term) ?? []

/** The stemmed words of a text. `withStage` is found as itself and as `stage`. */
export function termsOf(text: string): readonly string[] {
  const words =
    text
      .replace(/time-(outs?|limits?)\b/gi, 'timeout')
      .replaceAll('@stageflow/', '')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  return words.flatMap(termsOfWord)
}

/** Each word is stemmed once. */
const known = new Map<string, readonly string[]>()

function termsOfWord(word: string): readonly string[] {
  let terms = known.get(word)
  if (terms === undefined) {
    const parts = /^\p{Ll}/u.test(word) ? word.split(/(?<=\p{Ll}|\p{N})(?=\p{Lu}\p{Ll})/u) : [word]
    terms = [...new Set([word, ...parts].map((part) => part.toLowerCase()))]
      .filter((part) => part.length > 1 && !STOP_WORDS.has(part))
      .map(stemmer)
    known.set(word, terms)
  }
  return terms
}
