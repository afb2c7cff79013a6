import type { MarkdownRenderer } from 'vitepress'

import { ROOT, siteLink } from './pages.ts'

interface State {
  readonly tokens: readonly Token[]
  readonly env: { readonly path: string; readonly realPath?: string }
}
type Token = ReturnType<MarkdownRenderer['parse']>[number]

/** Links in Markdown lead from file to file, as on GitHub. On the site they lead from page to page. */
export function linkToSite({ tokens, env }: State): void {
  const file = (env.realPath ?? env.path).slice(ROOT.length)
  for (const token of tokens.flatMap(({ children }) => children ?? [])) {
    const target = token.type === 'link_open' ? token.attrGet('href') : null
    if (target !== null) token.attrSet('href', siteLink(file, target))
  }
}

/** Mermaid fences become the component that draws them in the browser. */
export function drawMermaid(md: MarkdownRenderer): void {
  const fence = md.renderer.rules.fence
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const token = tokens[index]
    if (token?.info.trim() !== 'mermaid') return fence?.(tokens, index, ...rest) ?? ''
    return `<MermaidDiagram source="${encodeURIComponent(token.content)}" />`
  }
}

/** The empty corner cell of a table is no header. */
export function plainCornerCells({ tokens }: State): void {
  for (const [index, open] of tokens.entries()) {
    const [text, close] = [tokens[index + 1], tokens[index + 2]]
    if (open.type === 'th_open' && text?.content === '' && close?.type === 'th_close') open.tag = close.tag = 'td'
  }
}
