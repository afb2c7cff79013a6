import { policyOf } from './csp.ts'
import type { PageText } from './csp.ts'
import type { FileData } from './protocol.ts'

/** The page of an app. It has no data: its script asks for them. */
export const appHtml = (page: PageText): string => htmlOf(page, 'Stageflow runs', '')

/** A page with one run in it, which loads nothing from elsewhere. */
export function fileHtml(page: PageText, data: FileData): string {
  const { pipeline, status } = data.run.summary
  const policy = `<meta http-equiv="Content-Security-Policy" content="${escaped(policyOf(page, true))}">`
  const json = `<script type="application/json" id="file">${jsonInHtml(data)}</script>`
  return htmlOf(page, `${pipeline} · ${status}`, json, policy)
}

const htmlOf = ({ script, style }: PageText, title: string, data: string, head = ''): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8">${head}<meta name="viewport" content="width=device-width, initial-scale=1">` +
  `<title>${escaped(title)}</title><style>${style}</style></head><body><div id="app"></div>${data}<script>${script}</script></body></html>`

/** No text in it can end the element. */
const jsonInHtml = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (sign) => ESCAPES[sign] as string)
