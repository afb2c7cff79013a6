import { redactAssignments } from './assignments.ts'
import type { ReadName } from './assignments.ts'
import { REDACTED } from './mark.ts'
import { replaceMatches } from './match.ts'
import { endOfBroken } from './values.ts'

/** How tokens begin, before `-` or `_`. A digit or a capital letter must follow: `npm_config_registry` is a name. */
const PREFIXES =
  'sk|pk|rk|gho|ghp|ghr|ghs|ghu|github_pat|glpat|gldt|glrt|glptt|glcbt|glagent|gloas|glsoat|glimt|glffct|xoxa|xoxb|xoxe|xoxp|xoxr|xoxs|xapp|hf|npm|pypi|whsec|shpat|shpss|shpca|shppa|dop_v1|doo_v1|dor_v1|gsk|xai|nvapi|pplx|tvly|GOCSPX|lsv2|pcsk|tgp_v1|wandb_v1|sbp|sb_secret|vcp|vercel_blob_rw|nfp|rnd|napi|pscale|mdb_sa|dckr_pat|dckr_oat|rubygems|squ|sqp|sqa|PMAK|lin_api|lin_oauth|ntn|CFPAT|figd|tfp|sntrys|sntryu|glsa|glc|phx|NRAK|NRII|NRJS|hcaik|hcxik|xkeysib|xsmtpsib|sq0csp|sq0atp|FLWSECK|duffel_live|duffel_test|sgp|aio|pnu|signkey|tr_prod|tr_dev|tskey|HRKU|fm2|csk|jina|esecret|llx|apify_api|bb_live|api_org|rpa|e2b|r8|fw|access-production|access-sandbox|pat-na1|pat-eu1'
/** The same, for prefixes that words have too. A part of twelve letters and digits, or a longer one, must follow. */
const SHORT_PREFIXES = 'fc|pa|ak|as|re|m0|pul|key|secret|sess|ops'

/** Tokens of other forms. Texts that may have one are found by `MAYBE_WORD`, `MAYBE_FORM` and `MAYBE_PREFIXED`. */
const FORMS = [
  /\b(?:AKIA|ASIA|LTAI)[0-9A-Za-z]{12,}/,
  /\bAIza[\w-]{20,}/,
  /\bAQ\.[\w-]{40,}/,
  /\bAGE-SECRET-KEY-1[0-9A-Z]{20,}/,
  /\bABSK[\w+/=]{40,}/,
  /\bAT(?:BB|ATT|CTT)[\w-]{24,}/,
  /\bAKCp[0-9A-Za-z]{60,}/,
  /\bBSA[\w-]{27,28}(?![\w-])/,
  /\bEAA[\w-]{50,}/,
  /\bEZ[AT]K[0-9A-Za-z]{50,}/,
  /\bSK[\da-f]{32}(?!\w)/,
  /\bdapi[\da-f]{32}(?:-\d)?/,
  /\bdp\.[a-z]{2,8}\.(?:[\w-]{1,32}\.)?[0-9A-Za-z]{40,}/,
  /\bdt0[a-z]\d\d\.[A-Z\d]{24}\.[A-Z\d]{60,}/,
  /\bMT[0-9A-Za-z]{20,28}\.[\w-]{6}\.[\w-]{27,}/,
  /\bpat[0-9A-Za-z]{14}\.[\da-f]{64}/,
  /\bst\.[\da-f]{24}(?:\.[\da-f]{32}){1,2}/,
  /\bv1\.0-[\da-f]{24}-[\da-f]{64,}/,
  /\b1\/(?:\/0[\w-]{40,}|\d{16}:[\da-f]{32})/,
  /\b\d{8,10}:AA[\w-]{33}(?![\w-])/,
  /\b[\da-f]{32}(?:-us\d{1,2}(?!\w)|\.[0-9A-Za-z]{16}(?!\w))/,
  /[\w~.-]{3}\dQ~[\w~.-]{31,34}/,
  /\b[0-9A-Za-z]{14}\.atlasv1\.[\w-]{60,}/,
  /\baccess_token\$production\$[\da-z]{16}\$[\da-f]{32}/,
  /\bsk\.eyJ[\w-]{20,}\.[\w-]{16,}/,
  /\b(?:SG\.[\w-]{8,64}\.|ya29\.|hv[bsr]\.)[\w-]{8,}/,
]

const PREFIXED = new RegExp(
  String.raw`\b(?:(?:${PREFIXES})[-_](?=[\w-]{0,24}?(?=[a-z]{0,7}[A-Z\d])[A-Za-z\d]{8})[\w-]{12,}(?:\.\d\d\.\w{9})?|` +
    String.raw`(?:${SHORT_PREFIXES})[-_](?=[\w-]{0,24}?(?=[A-Za-z]{0,11}\d)[A-Za-z\d]{12})[\w-]{20,})`,
  'g',
)
const OF_FORM = new RegExp(FORMS.map(({ source }) => source).join('|'), 'g')
/** The end of a line within a token. */
const BREAK = /[\\=]?(?:\r?\n|(?:\\r)?\\n)[ \t>]{0,64}(?=\.?[\w-]{8})/.source
/** A JWT, or an encrypted one, whose second part may be empty. Looks at each run of such characters once. It may be broken over lines. */
const JWT = new RegExp(
  /(?<![\w-])(?=[\w-]+(?:BREAK[\w-]+){0,16}(?:BREAK)?\.\.?(?:BREAK)?[\w-]{2})([\w-]*?)\beyJ[\w-]{5,}(?:BREAK[\w-]+){0,16}(?:BREAK)?\.\.?(?:BREAK)?[\w-]{2,}(?:(?:BREAK)?\.(?:BREAK)?[\w-]*)*/.source.replaceAll(
    'BREAK',
    BREAK,
  ),
  'g',
)

// Each pattern takes time in proportion to the text: every repetition is bounded, or can match in one way only.

/** A token behind the name of its scheme. In "basic knowledge of" and "Bearer tokens are" none follows. */
const SCHEME =
  /\b(Bearer|BEARER|Basic|BASIC|Digest|DIGEST|(?:bearer|basic|digest)(?!\s{1,8}[a-z]{1,32}[,.:;?!]?\s{1,8}[a-z]))\s{1,8}(?!(?:tokens?|auth(?:entication|orization)?|schemes?)\b[^\w=])[\w.~+/=-]{6,}/g
/** What follows the colon may be a port instead. */
const PASSWORD_IN_URL = /:\/\/[^\s/@:]{0,256}:(?!\d{1,5}(?:[/?#,;)]|$))[^\s"'<>]{1,256}@/g
/** A token instead of the user. */
const USER_IN_URL = /:\/\/[^\s/@:?#]{16,256}@/g
const URL_MARK = `://${REDACTED}@`
const HOOK =
  /(\bhooks\.slack\.com\/(?:services|workflows|triggers)\/|\bdiscord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{1,32}\/|\bapi\.telegram\.org\/bot|\bwebhook\.office\.com\/webhookb2\/|\bhooks\.zapier\.com\/hooks\/catch\/|\bmaker\.ifttt\.com\/trigger\/[\w-]{1,64}\/(?:json\/)?with\/key\/|\bhook\.\w{1,8}\.make\.com\/|\b(?:feishu\.cn|larksuite\.com)\/open-apis\/bot\/v2\/hook\/)[\w/:@-]{8,}/g
const PEM =
  /-----BEGIN [A-Z ]{0,64}PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z ]{0,64}PRIVATE KEY(?: BLOCK)?-----|$)/g

/** What assignments contain. Most texts have none of it. */
const MAYBE_ASSIGNMENT = /[:=<>%'：]|--|-u /
/** A shorter text without a colon has no token. */
const SHORTEST_TOKEN = 11
/** Before a token that has a scheme, and the one token that has neither capital letters nor a sign. */
const MAYBE_WORD = /bearer\s|basic\s|digest\s|dapi[\da-f]{4}/i
/** Capital letters and signs, of which most other tokens need one. */
const MAYBE_SIGN = /[ABJKQ@$]/
const MAYBE_FORM =
  /A(?:[KS]IA|Iz|I(?<=LTAI)|Q\.|GE-|BSK|T[BAC][BT]|KCp|A[\w-]{8}|K(?<=EZAK)|\w(?<=BSA\w))|SK[\da-f]{8}|\dQ~|MT\w{8}|\$prod/
const MAYBE_HOOK = /hook|\.org\/bot|ifttt/
const MAYBE_SLASHED = /1\/(?:\/0\w|\d{16}:)/
/** Before tokens with a prefix, and those with a dot in them. Parts of a UUID are looked at no closer. */
const MAYBE_PREFIXED = new RegExp(
  String.raw`[-_.](?=[\w-]{12})(?![\da-f]{4}-|[\da-f]{12}(?![\w-]))(?<=\b(?:${byLastLetter(`${PREFIXES}|${SHORT_PREFIXES}|v1\\.0`)})[-_]|\.(?=[\w-]{16}))|-us\d`,
)

/** An alternation that tells at the last letter of each word whether it can match: it is read from the end. */
function byLastLetter(words: string): string {
  const heads = new Map<string, string[]>()
  for (const word of words.split('|')) {
    const last = word.slice(-1)
    heads.set(last, [...(heads.get(last) ?? []), word.slice(0, -1)])
  }
  return Array.from(heads, ([last, all]) => `(?:${all.join('|')})${last}`).join('|')
}

/** The text with `[redacted]` instead of secrets. */
export function redactText(text: string, readName: ReadName): string {
  // First what has a name: part of such a value may look like a token.
  if (MAYBE_ASSIGNMENT.test(text)) return redactTokens(redactAssignments(text, readName))
  return text.length < SHORTEST_TOKEN ? text : redactTokens(text)
}

/** Each pattern is tried only on texts that may contain what it looks for. */
function redactTokens(text: string): string {
  let clean = text
  let hasForm = false
  if (MAYBE_WORD.test(clean)) {
    clean = clean.replace(SCHEME, `$1 ${REDACTED}`)
    hasForm = clean.includes('dapi')
  }
  if (MAYBE_SIGN.test(clean)) {
    if (clean.includes('eyJ')) clean = withoutTokens(clean, JWT)
    if (clean.includes('@')) clean = clean.replace(PASSWORD_IN_URL, URL_MARK).replace(USER_IN_URL, URL_MARK)
    if (clean.includes('-----BEGIN')) clean = clean.replace(PEM, REDACTED)
    hasForm ||= MAYBE_FORM.test(clean)
  }
  if (clean.includes('/')) {
    if (MAYBE_HOOK.test(clean)) clean = clean.replace(HOOK, `$1${REDACTED}`)
    hasForm ||= MAYBE_SLASHED.test(clean)
  }
  if (MAYBE_PREFIXED.test(clean)) {
    clean = withoutTokens(clean, PREFIXED)
    hasForm = true
  }
  return hasForm ? withoutTokens(clean, OF_FORM) : clean
}

/** The text without tokens, also those that are broken over lines. What the pattern captures stays. */
function withoutTokens(text: string, pattern: RegExp): string {
  return replaceMatches(text, pattern, ({ index, 1: kept = '' }, at) => ({
    start: index,
    end: endOfBroken(text, at),
    kept,
  }))
}
