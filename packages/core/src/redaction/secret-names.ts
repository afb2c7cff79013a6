/** A name with one of these in it always has a secret value. */
const SECRET =
  /authorization|cookie|passw(?:or)?d|pass_?(?:phrase|code)|secret|credential|connection_?string|mnemonic|(?:api|access|priv(?:ate)?|signing|encryption|decryption|account|master|shared|hmac|symmetric|subscription|session|auth|license|client)_?key|(?:seed|recovery|backup)_?(?:phrase|code)|(?:verification|one_?time|mfa|(?:two|2)_?fa(?:ctor)?|device|login|sms)_?code|code_?verifier|client_?assertion|saml_?(?:response|assertion)/
/** Names that end so. `tokenizer` and `tokenCount` don't. */
const TOKEN = /token(s?)(?:_?v?\d+)?(?:_(?:value|header|string|hash|hint))?$/
/**
 * Names whose last word is one of these. Such a word alone always names a secret. With more words it may be a flag or a number,
 * such as `requiresAuth` or `firstPass`; only the numbers of a PIN are secret.
 */
const LAST_WORD =
  /(^|_)(?:(pin|t?otp|cvv2?|cvc2?)|pwd?|psk|(?:user|pg|ssh)?pass|jwt|bearer|auth(?!_?\d)|dsn|csrf|xsrf|hmac|sig|signature)(?:_?\d+)?(?:_(?:value|header|string|hash|code))?$/
/** Whose key is secret: a service, an algorithm, or the one that uses it. `primaryKey`, `cacheKey` and `publicKey` are ordinary names. */
const OWNERS_KEY =
  /(?:^|_)(?:ssh|kms|gpg|pgp|tls|ssl|rsa|aes|crypto|cipher|host|deploy|vault|unseal|wrapping|service|role|admin|root|webhook|consumer|app|application|server|write|functions?|sas|storage_account|bot|sdk|security|open_?ai|fireworks|anthropic|claude|gemini|google(?:_maps)?|azure|aws|mistral|cohere|groq|deepseek|openrouter|replicate|together|pinecone|langsmith|stripe|send_?grid|twilio|mailgun|datadog|algolia|git_?hub|slack|tavily|perplexity|xai|nvidia|hugging_?face|firecrawl|supabase|sentry|notion|eleven_?labs|voyage|jina|cerebras|exa|serp(?:_?api)?|llm|provider)_?keys?(?:_?v?\d+)?(?:_(?:prod(?:uction)?|dev|test|staging|live))?$/
/** A variable of an environment that ends so, and one that ends so and isn't secret. */
const VARIABLE = /^[A-Z][A-Z\d]*_(?:[A-Z\d]+_)*(?:KEY|PAT|CREDS?)(?:_(?:\d+|PROD|DEV|TEST|STAGING|LIVE))?$/
const ORDINARY_VARIABLE =
  /(?:^|_)(?:PUBLIC|PUB|ANON|PUBLISHABLE|PRIMARY|FOREIGN|UNIQUE|DUP(?:LICATE)?|PARTITION|SORT|INDEX|ROW|GROUP|HASH|RANGE|CACHE|STORAGE|REDIS|STATE|OBJECT|S3|LOCK|ROUTING|IDEMPOTENCY|DEDUP|QUERY|CONFIG|METRIC|EVENT|JOB|ERROR|I18N|ANY|NO|HOT|ENTER|TAB|DELETE|ARROW|SHORTCUT|MAP|ITEM|USER|INVALID|MISSING|BAD|UNKNOWN)_KEY/
/** In a sentence these come before a colon that assigns nothing: "took 5 tokens: fine". */
const WORD_OF_PROSE =
  /(?:^|_)(?:tokens|auth|bearer|csrf|xsrf|hmac|sig|signature)$|^(?:(?:first|second|third|last|next|tests?)_)?pass$/
/** Parameters of URLs that hold a key or a signature. Elsewhere these are ordinary names. */
const PARAMETER = /^(?:key|code|sig|signature)$/
const HEADER = /authorization$|cookie2?$/
/** The last word of names that people write with spaces: "api key", "connection string". */
const LAST_OF_PHRASE = /^(?:key|string|phrase|code|word|verifier)s?$/i

/** Fields that hold a name, and those beside them that hold its value: `{ Key: 'DB_PASSWORD', Value: '…' }`. */
export const NAME_FIELDS: ReadonlySet<string> = inEachCase(
  'name',
  'key',
  'header',
  'field',
  'variable',
  'parameterKey',
  'parameterName',
  'k',
)
export const VALUE_FIELDS: ReadonlySet<string> = inEachCase('value', 'parameterValue', 'v')

function inEachCase(...names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap((name) => [name, name.toUpperCase(), (name[0] as string).toUpperCase() + name.slice(1)]))
}

/** The words of a name in lower case, joined by `_`: `dbPass`, `DB-Pass` and `db.pass` are `db_pass`. */
const wordsOf = (name: string): string =>
  name.replaceAll(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[-\s.]+/g, '_').toLowerCase()

/** Whether a name has a secret value: always, never, or depending on the value. */
export type Secrecy = 'always' | 'never' | 'unless-number' | 'unless-flag' | 'unless-flag-or-number'

function secrecyOf(name: string): Secrecy {
  const words = wordsOf(name)
  if (SECRET.test(words) || OWNERS_KEY.test(words)) return 'always'
  if (VARIABLE.test(name) && !ORDINARY_VARIABLE.test(name)) return 'unless-flag-or-number'
  const token = TOKEN.exec(words)
  // A number counts tokens.
  if (token !== null) return token[1] === '' ? 'always' : 'unless-number'
  const last = LAST_WORD.exec(words)
  if (last === null) return 'never'
  if (last.index === 0 && last[1] === '') return 'always'
  return last[2] === undefined ? 'unless-flag-or-number' : 'unless-flag'
}

export function isSecretValue(secrecy: Secrecy, value: unknown): boolean {
  if (secrecy === 'never' || secrecy === 'always') return secrecy === 'always'
  if (typeof value === 'number') return secrecy === 'unless-flag'
  return typeof value !== 'boolean' || secrecy === 'unless-number'
}

/** What a name says about the value behind it. */
export interface NameFacts {
  readonly secrecy: Secrecy
  /** Whether a parameter of a URL with this name is secret. */
  readonly isParameter: boolean
  /** Whether it is a header whose value goes on to the end of the line, with spaces and `;` in it. */
  readonly isHeader: boolean
  /** Whether a colon behind it may assign nothing. */
  readonly isWordOfProse: boolean
  /** Whether the words before it may be part of the name. */
  readonly endsPhrase: boolean
  /** Whether its value is the name of another value. */
  readonly isNameField: boolean
  readonly isValueField: boolean
}

/** The facts of most names. */
export const ORDINARY: NameFacts = {
  secrecy: 'never',
  isParameter: false,
  isHeader: false,
  isWordOfProse: false,
  endsPhrase: false,
  isNameField: false,
  isValueField: false,
}

/** `secrecy`: that of the user's own keys. */
export function factsOf(name: string, secrecy: Secrecy = secrecyOf(name)): NameFacts {
  const words = wordsOf(name)
  const facts: NameFacts = {
    secrecy,
    isParameter: isSecretParameter(name),
    isHeader: isSecretHeader(name),
    isWordOfProse: WORD_OF_PROSE.test(words),
    endsPhrase: LAST_OF_PHRASE.test(name),
    isNameField: NAME_FIELDS.has(name),
    isValueField: VALUE_FIELDS.has(name),
  }
  return secrecy === 'never' && !Object.values(facts).includes(true) ? ORDINARY : facts
}

/** Whether a parameter of a URL is secret. */
export const isSecretParameter = (name: string): boolean => PARAMETER.test(name.toLowerCase())

export const isSecretHeader = (name: string): boolean => HEADER.test(wordsOf(name))
