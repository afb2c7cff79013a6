import { stemmer } from 'stemmer'

/** Words without a subject. They are neither indexed nor searched. */
const STOP_WORDS = new Set(
  `a about actually again all already also always am an and another any anything are around as at away be because been before
  being best both but by can come comes could did do does doing each else even ever every everything find first for from get
  gets getting give given go goes good got great had happen happens has have he hello help her here hi his how however i if in
  into is it its just keep know let like long lot make many may maybe me mean might mind more most much my need never new next
  no not nothing now number of off on one only onto or other our out over own part please possible put quite really right same
  says see seem she should since so some somehow someone something soon still such sure take tell than thanks that the their
  them then there these they thing things think this those through to today too try turn two under until up us use used using
  very want wants was way we well were what when where whether which while who whole why will wish with without work works
  would yes yet you your`.split(/\s+/),
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
  'hang stuck slow deadline': 'timeout limit',
  'error exception throw break': 'fail error',
  'human approval approve manual confirm confirmation': 'person human approve',
  'pause suspend day': 'wait person',
  'mock fake stub unit integration': 'test replace',
  'duplicate double twice dedupe once payment charge': 'idempotent idempotency',
  'state share variable': 'data pass',
  function: 'tool stage',
  'schema zod': 'validate',
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
  fallback: 'fall back',
  'max maximum big': 'limit big',
  throttle: 'limit concurrency',
  'stack stacktrace': 'error',
  'loses lost lose': 'lost survive',
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
