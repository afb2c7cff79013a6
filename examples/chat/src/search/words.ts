import { stemmer } from 'stemmer'

/** Words without a subject. They are neither indexed nor searched. */
const STOP_WORDS = new Set(
  `a about actually add adds after again against all already also always am an and another any anything are around as asap at avoid
  away back base be because been before being best better between both but by bug can cannot case come comes could custom dangerous demo
  did different do does doing done down each easily easy else ensure even ever every everything exactly few find first for from fully
  get gets getting give given go goes going good got great had handle happen happening happens has have having he hello help her
  here hey hi his how however i idea if important in inside instead into is it its itself just keep keeps know less let lets like
  little long look looking lot made make makes making many may maybe me mean means might mind more most much must my myself native
  nearly need needs never new next nice no noisy not nothing now number of off often ok on once one ones only onto or other
  others our out outside over own part per perhaps plain please possible prefer prevent previous problem properly put question quick
  quickly quite rather real really right safe same sample say says see seem seems several shall she should simple simply since so
  some somehow someone something sometimes soon special still such sure take takes tell than thanks that the their them then
  there these they thing things think this those through thus till to today together too toward tried try trying turn two
  under until up us use used useful uses using usually very via want wants was way ways we well were what whatever when whenever
  where whether which while who whole why will wish with within without wonder work working works would wrong yes yet you your
  yourself`
    .split(/\s+/)
    .map(stemmer),
)

/** Words that only mean something together, as one word. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\btime-?(?:d )?(?:outs?|limits?)\b/gi, 'timeout'],
  [/\bgiv(?:e|es|ing) up\b|\bafter \d+ ?(?:ms|s|sec|seconds?|min|minutes?)\b/gi, 'timeout'],
  [/\blog(?:ged|s)?[ -]in\b/gi, 'login'],
  [/\bdefault values?\b/gi, 'fallback'],
  [/\b(?:tr(?:y|ies|ying) (?:it )?again|call again)\b/gi, 'retry'],
  [/\b(?:at (?:once|the same time)|side by side)\b/gi, 'parallel'],
  [/\bfall(?:s|ing)?[ -]?back\b/gi, 'fallback'],
  [/\bshut(?:s|ting)?[ -]?down\b/gi, 'shutdown'],
  [/\b(?:is|are|goes|be) down\b/gi, 'outage'],
  [/\b(?:set(?:ting)?[ -]up|get(?:ting)? started)\b/gi, 'setup'],
  [/\b(?:exactly|only|just|at most) once\b/gi, 'idempotent'],
  [/\b(?:how many|(?:the )?number of)\b/gi, 'count'],
  [/\b(?:by hand|hand-?written)\b/gi, 'manual'],
  [/\bpipelines? (?:as|in|inside|within|of) (?:an?|another|other)\b/gi, 'child pipeline'],
  [/\bonly (?:lets?|allows?)\b/gi, 'authorize'],
  // "Next.js" is often written "nextjs".
  [/\b(\w+)\.js\b/gi, '$1 $1js'],
  [/@stageflow\//g, ''],
]

/** The words that people bring, and the words of the documentation for the same thing. */
const SYNONYMS: Readonly<Record<string, string>> = {
  // Parts of a pipeline
  'step node task job activity': 'stage',
  'workflow flow dag chain': 'pipeline graph',
  'middleware hook wrapper decorator': 'interceptor',
  'subgraph nested nest sub subpipeline subworkflow reuse compose embed': 'child pipeline',
  'state share variable global': 'data pass',
  function: 'tool stage',
  agent: 'tool loop',
  'iterate recursion cycle cyclic': 'loop',
  'array list each foreach batch': 'item map',
  'schema zod validation valid structured': 'validate',
  'condition conditional if': 'condition branch when',
  'merge combine': 'join',
  'sequential sequence order': 'dependency',
  'typing typed typescript inference': 'type',
  'concurrent concurrently concurrency simultaneous simultaneously': 'parallel concurrency',
  'dependency container service singleton': 'inject port',
  'database db client connection pool': 'service inject port',
  'output result': 'return data',
  // How a run ends
  'stop halt quit kill terminate interrupt': 'cancel abort',
  'abort cancellation': 'cancel',
  'disconnect close leave left navigate tab hangup': 'disconnect client cancel',
  'finish complete done': 'end',
  'hang stuck': 'end',
  'hang stuck deadline forever expire': 'timeout',
  'slow bottleneck latency': 'timeline critical',
  'error exception throw break crash': 'fail error',
  'redo regenerate rewrite': 'draft loop',
  'repeat attempt backoff flaky transient': 'retry',
  '429 throttle ratelimit quota': 'retry limit',
  'outage unavailable unreachable': 'circuit breaker down',
  fallback: 'fall',
  'max maximum big cap restrict': 'limit',
  'sigterm sigint drain graceful gracefully': 'shutdown shut signal',
  // What survives a run
  'crash restart die': 'survive crash',
  'resume durable durability checkpoint persistence persist lost lose': 'survive crash durable',
  'duplicate double twice dedupe deduplicate replay payment charge refund': 'idempotent idempotency',
  'rollback revert compensate compensation saga undo': 'undone undo',
  'human manager supervisor reviewer approval approve manual confirm confirmation': 'person human approve',
  'pause suspend day hour': 'wait person',
  'lambda vercel netlify': 'serverless',
  'kafka rabbitmq bullmq sqs worker': 'queue process',
  'cron schedule scheduler night nightly daily hourly periodic': 'scheduler queue cron',
  // Models and clients
  'llm gpt chatgpt claude anthropic gemini ollama vendor': 'model openai',
  'browser frontend react websocket': 'browser stream',
  'sse eventsource': 'sse stream browser',
  'voice speech microphone': 'audio',
  'user customer visitor': 'client',
  'express fastify koa nestjs server endpoint': 'http serve',
  'login access permission tenant rbac admin administrator': 'authorize authenticate role',
  'block reject deny forbid': 'refuse',
  'protect secure': 'authenticate require',
  'oauth oidc sso signin': 'jwt authenticate identity',
  token: 'usage',
  'money spend price pay': 'cost token usage',
  'secret password credential': 'secret redact',
  'postgres pg': 'postgresql postgres',
  postgresql: 'postgres postgresql',
  // Tests and operation
  'mock fake stub dummy': 'test fake replace',
  'unit integration e2e vitest jest assert': 'test',
  'deploy deployment scale scaling production cluster replica instance': 'process scale production',
  'progress status': 'event report',
  'monitor observe monitoring dashboard telemetry inspect debug': 'observe metric trace',
  'otel opentelemetry': 'opentelemetry tracing trace',
  'span jaeger honeycomb datadog': 'trace tracing span',
  'logging logger logs pino winston console': 'log logging',
  'grafana counter histogram': 'metric prometheus',
  'ram heap memory': 'allocate byte memory',
  'overhead performance speed fast benchmark': 'cost cheap benchmark performance',
  'diagram draw visualize visualise chart picture': 'mermaid timeline report',
  // The project
  'compared versus vs difference competitor alternative': 'comparison compare',
  'langgraph mastra effect temporal inngest langchain': 'comparison',
  'vulnerability exploit': 'security',
  'upgrade breaking semver release stable stability': 'version upgrade',
  'esm commonjs cjs': 'module require',
  'platform runtime edge workers compatible compatibility': 'support runtime',
  'migration move': 'migrate',
  'setup begin tutorial': 'quickstart install start',
  'execute execution': 'run',
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
  const joined = PHRASES.reduce((before, [phrase, word]) => before.replace(phrase, word), text)
  return (joined.match(/[\p{L}\p{N}]+/gu) ?? []).flatMap(termsOfWord)
}

/** Each word is stemmed once. */
const known = new Map<string, readonly string[]>()

function termsOfWord(word: string): readonly string[] {
  let terms = known.get(word)
  if (terms === undefined) {
    const parts = /^\p{Ll}/u.test(word) ? word.split(/(?<=\p{Ll}|\p{N})(?=\p{Lu}\p{Ll})/u) : [word]
    terms = [...new Set([word, ...parts].map((part) => part.toLowerCase()))]
      .map(stemmer)
      .filter((part) => part.length > 1 && !STOP_WORDS.has(part))
    known.set(word, terms)
  }
  return terms
}
