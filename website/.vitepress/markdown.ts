import type { MarkdownRenderer } from 'vitepress'

import { ROOT, siteLink } from './pages.ts'

interface State {
  readonly tokens: readonly Token[]
  readonly env: { readonly path: string; readonly realPath?: string }
}
export type Token = ReturnType<MarkdownRenderer['parse']>[number]

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

/** A line never ends inside a flag of a command, such as `--json`. */
export function wholeFlags(md: MarkdownRenderer): void {
  const code = md.renderer.rules.code_inline
  md.renderer.rules.code_inline = (...given) =>
    (code?.(...given) ?? '').replaceAll(/(?<![\w-])--?[a-z][\w-]*/g, '<span class="flag">$&</span>')
}

/** The empty corner cell of a table is no header. */
export function plainCornerCells({ tokens }: State): void {
  for (const [index, open] of tokens.entries()) {
    const [text, close] = [tokens[index + 1], tokens[index + 2]]
    if (open.type === 'th_open' && text?.content === '' && close?.type === 'th_close') open.tag = close.tag = 'td'
  }
}

type Core = Parameters<Parameters<MarkdownRenderer['core']['ruler']['push']>[1]>[0]

/**
 * How each package manager does what `npm install` does, with and without --save-dev, and what `npm create` does. Only npm has
 * `--` before the options of what it creates.
 */
const MANAGERS = {
  npm: { add: 'npm install', addForDevelopment: 'npm install --save-dev', create: 'npm create stageflow@latest' },
  pnpm: { add: 'pnpm add', addForDevelopment: 'pnpm add -D', create: 'pnpm create stageflow@latest' },
  yarn: { add: 'yarn add', addForDevelopment: 'yarn add -D', create: 'yarn create stageflow' },
  bun: { add: 'bun add', addForDevelopment: 'bun add -d', create: 'bun create stageflow' },
} as const

/** A block with a line that begins with `npm install` or `npm create` becomes a tab for each package manager. */
export function packageManagerTabs(state: Core): void {
  state.tokens = state.tokens.flatMap((token) => {
    if (
      token.type !== 'fence' ||
      token.info.trim() !== 'sh' ||
      !/^npm (?:install \S|create stageflow)/m.test(token.content)
    )
      return [token]
    const tabs = Object.entries(MANAGERS).map(([name, { add, addForDevelopment, create }]) => {
      const content = token.content
        .replaceAll(/^npm install( --save-dev)?(?= )/gm, (_, isForDevelopment) =>
          isForDevelopment === undefined ? add : addForDevelopment,
        )
        .replaceAll(/^npm create stageflow@latest(.*)$/gm, (_, options: string) =>
          name === 'npm' ? create + options : create + options.replace(/ --(?= )/, ''),
        )
      return fenceOf(state, token, `sh [${name}]`, content)
    })
    return codeGroup(state, tabs)
  })
}

/** A first line with a file name, such as `// chat.ts`, becomes the title of its block. */
export function fileTitles(state: Core): void {
  state.tokens = state.tokens.flatMap((token) => {
    if (token.type !== 'fence') return [token]
    const [line = '', file] = /^(?:\/\/|#) ([\w./-]+\.\w+)\n/.exec(token.content) ?? []
    if (file === undefined) return [token]
    const content = token.content.slice(line.length).replace(/^\n/, '')
    return codeGroup(state, [fenceOf(state, token, `${token.info.trim()} [${file}]`, content)])
  })
}

function fenceOf(state: Core, token: Token, info: string, content: string): Token {
  const fence = new state.Token('fence', 'code', 0)
  return Object.assign(fence, { info, content, markup: token.markup, map: token.map, block: true })
}

/** What `::: code-group` would give. */
function codeGroup(state: Core, fences: readonly Token[]): Token[] {
  const open = Object.assign(new state.Token('container_code-group_open', 'div', 1), { block: true })
  const close = Object.assign(new state.Token('container_code-group_close', 'div', -1), { block: true })
  return [open, ...fences, close]
}
