import { redactAssignments } from './assignments.ts'
import type { IsSecret } from './assignments.ts'
import { REDACTED } from './mark.ts'

/**
 * Each pattern takes time in proportion to the text: every repetition is bounded, or can match in one way only. It is tried only
 * on texts that contain `part`.
 */
const TOKENS: readonly (readonly [part: string, pattern: RegExp, replacement: string])[] = [
  ['', /\b(Bearer|Basic|Digest)\s{1,8}[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`],
  // A JWT, or an encrypted one, whose second part may be empty. Looks at each run of such characters once, and goes on only if a
  // dot and more characters follow.
  ['eyJ', /(?<![\w-])(?=[\w-]+\.\.?[\w-]{2})([\w-]*?)\beyJ[\w-]{5,}\.\.?[\w-]{2,}(?:\.[\w-]*)*/g, `$1${REDACTED}`],
  // A password in a URL. What follows the colon may be a port instead.
  ['@', /:\/\/[^\s/@:]{0,256}:(?!\d{1,5}(?:[/?#,;)]|$))[^\s"'<>]{1,256}@/g, `://${REDACTED}@`],
  // A token instead of the user.
  ['@', /:\/\/[^\s/@:?#]{16,256}@/g, `://${REDACTED}@`],
  [
    '',
    /\b(?:sk|pk|rk|gh[oprsu]|github_pat|gl(?:pat|dt|rt)|xox[abeprs]|xapp|hf|npm|pypi|whsec|shp(?:at|ss|ca|pa)|dop_v1|gsk|xai|nvapi|pplx|tvly|GOCSPX)[-_][\w-]{12,}/g,
    REDACTED,
  ],
  ['', /\b(?:AKIA|ASIA)[0-9A-Z]{12,}|\bAIza[\w-]{20,}|\bAGE-SECRET-KEY-1[0-9A-Z]{20,}/g, REDACTED],
  ['', /\b(?:SG\.[\w-]{8,64}\.|ya29\.|hv[bs]\.)[\w-]{8,}/g, REDACTED],
  [
    '',
    /(\bhooks\.slack\.com\/(?:services|workflows|triggers)\/|\bdiscord(?:app)?\.com\/api\/webhooks\/\d{1,32}\/|\bapi\.telegram\.org\/bot)[\w/:-]{8,}/g,
    `$1${REDACTED}`,
  ],
  [
    '-----BEGIN',
    /-----BEGIN [A-Z ]{0,64}PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z ]{0,64}PRIVATE KEY(?: BLOCK)?-----|$)/g,
    REDACTED,
  ],
]

/** What assignments contain. Most texts have none of it. */
const MAYBE_ASSIGNMENT = /[:=<%]|--|-u /
/** What tokens contain. Most texts have none of it, and are read once instead of once for each pattern. */
const MAYBE_TOKEN =
  /@|-----|(?<=sk|[pr]k|gh[oprsu]|pat|gl[dr]t|xox[a-z]|xapp|hf|npm|pypi|whsec|shp[a-z]{2}|_v1|xai|nvapi|pplx|tvly|GOCSPX|AGE)[-_]|(?<=SG|ya29|hv[bs])\.|(?<=slack\.com|discord(?:app)?\.com|telegram\.org)\/|eyJ|A(?:KI|SI|Iz)|[bB][eE][aA]|[bB][aA][sS]|[dD][iI][gG]/

/** The text with `[redacted]` instead of secrets. */
export function redactText(text: string, isSecret: IsSecret): string {
  // First what has a name: part of such a value may look like a token.
  let clean = MAYBE_ASSIGNMENT.test(text) ? redactAssignments(text, isSecret) : text
  if (!MAYBE_TOKEN.test(clean)) return clean
  for (const [part, pattern, replacement] of TOKENS)
    if (clean.includes(part)) clean = clean.replace(pattern, replacement)
  return clean
}
