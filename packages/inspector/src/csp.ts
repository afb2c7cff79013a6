import { createHash } from 'node:crypto'

/** The script and the style of a page, which its policy names by their hashes: nothing else runs in it. */
export interface PageText {
  readonly script: string
  readonly style: string
}

/** The Content-Security-Policy of a page. A file loads nothing; a page in an app may ask that app alone. */
export function policyOf({ script, style }: PageText, isFile: boolean): string {
  return [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    `connect-src ${isFile ? "'none'" : "'self'"}`,
    "base-uri 'none'",
    "form-action 'none'",
    // A page in a meta element can't say this, and a browser would warn.
    ...(isFile ? [] : ["frame-ancestors 'none'"]),
  ].join('; ')
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
