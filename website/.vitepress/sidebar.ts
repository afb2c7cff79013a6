import type { DefaultTheme } from 'vitepress'

import { packageGroups } from '../../scripts/generate/package-table.mjs'
import { readPackages } from '../../scripts/lib/workspace.mjs'
import { ROOT, readPages } from './pages.ts'
import type { Page } from './pages.ts'

type Item = DefaultTheme.SidebarItem

/**
 * The parts of the docs in their order, each with its pages and the words that the sidebar has for them. `*` stands for the rest of a
 * folder: pages whose own title is short enough, and new ones.
 */
const PARTS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  [
    'Start',
    {
      'start/quickstart': 'Quickstart',
      'start/examples': 'Examples',
      'start/scope': 'Scope',
      'start/comparison': 'Comparison',
      'start/from-python': 'From Python',
      'start/*': '',
    },
  ],
  [
    'Tutorials',
    {
      'tutorials/chat': 'A chat',
      'tutorials/tool-loop': 'An agent',
      'tutorials/production': 'Production',
      'tutorials/*': '',
    },
  ],
  [
    'Models',
    {
      'how-to/call-models': 'Call a model',
      'how-to/structured-output': 'Structured output',
      'how-to/tools': 'Tools',
      'how-to/agents': 'Agents',
      'how-to/use-mcp-tools': 'MCP tools',
      'how-to/check-inputs-and-answers': 'Guardrails',
      'how-to/check-while-the-model-runs': 'Check meanwhile',
      'how-to/limit-spending': 'Limit spending',
      'how-to/cache-answers': 'Cache answers',
      'how-to/voice': 'Voice',
      'how-to/audio': 'Audio',
      'how-to/queues': 'Queues',
    },
  ],
  [
    'Serve',
    {
      'how-to/serve-http': 'HTTP',
      'how-to/stream-to-a-browser': 'Stream to browsers',
      'how-to/use-chat': 'useChat',
      'how-to/authenticate': 'Authenticate',
      'how-to/shut-down': 'Shut down',
      'how-to/run-many-processes': 'Many processes',
    },
  ],
  [
    'Graph',
    {
      'how-to/branch-and-join': 'Branch and join',
      'how-to/run-for-each': 'Run for each',
      'how-to/child-pipelines': 'Child pipelines',
      'how-to/stream-between-stages': 'Stream',
      'how-to/wait-only-so-long': 'Soft dependencies',
      'how-to/pass-data': 'Pass data',
      'how-to/inject-services': 'Inject services',
    },
  ],
  [
    'Failures',
    {
      'how-to/retry': 'Retry',
      'how-to/cancel-and-time-out': 'Cancel, timeout',
      'how-to/circuit-breaker': 'Circuit breaker',
      'how-to/idempotency': 'Idempotency',
      'how-to/survive-a-crash': 'Survive a crash',
      'how-to/run-on-many-machines': 'Many machines',
      'how-to/troubleshoot': 'Troubleshoot',
    },
  ],
  [
    'People',
    {
      'how-to/wait-for-a-person': 'Approvals',
      'how-to/let-a-person-interrupt': 'Interrupt',
    },
  ],
  [
    'Observe and test',
    {
      'how-to/observe': 'Observe',
      'how-to/look-at-a-run': 'Inspect a run',
      'how-to/export-events': 'Export events',
      'how-to/test': 'Test',
      'how-to/test-models': 'Test models',
      'how-to/test-time': 'Test time',
    },
  ],
  [
    'Concepts',
    {
      'concepts/pipelines': 'Pipelines',
      'concepts/stages': 'Stages',
      'concepts/edges': 'Edges',
      'concepts/outcomes': 'Outcomes',
      'concepts/context': 'Context',
      'concepts/results': 'Results',
      'concepts/interceptors': 'Interceptors',
      'concepts/events': 'Events',
      'concepts/guarantees': 'Guarantees',
      'concepts/performance': 'Performance',
      'concepts/*': '',
    },
  ],
  [
    'Reference',
    {
      'reference/options': 'Options',
      'reference/events': 'Event types',
      'reference/errors': 'Error codes',
      'reference/error-classes': 'Retryable errors',
      'reference/model-faults': 'Model faults',
      'reference/circuit-verdicts': 'Circuit verdicts',
      'reference/redaction': 'Redaction',
      'reference/support': 'Support',
      'reference/sizes': 'Sizes',
      'reference/packages': 'Packages',
    },
  ],
  [
    'Extend',
    {
      'how-to/write-an-interceptor': 'An interceptor',
      'how-to/write-a-sink': 'A sink',
      'how-to/write-an-exporter': 'An exporter',
      'how-to/write-a-store': 'A store',
      'how-to/write-an-executor': 'An executor',
      'how-to/plugin-kit': 'Plugin kit',
      'reference/interceptor-hooks': 'Hooks',
      'reference/contracts': 'Contracts',
      'reference/mutants': 'Mutants',
      'reference/plugin-conventions': 'Conventions',
    },
  ],
  ['More', { 'how-to/*': '' }],
  [
    'Project',
    {
      'project/architecture': 'Architecture',
      'project/versions': 'Versions',
      'project/changelog': 'Changelog',
      'project/license': 'License',
      'project/*': '',
    },
  ],
]

/** Open at first; the others open when the reader comes to one of their pages, or clicks them. */
const OPEN = new Set(['Start'])

const PACKAGES = 'reference/packages/'
const API = 'reference/api/'

const left = new Map(readPages().map((page) => [page.link, page]))
const links = new Set(left.keys())
left.delete('index')

const packages: readonly Item[] = [
  ...packageGroups(readPackages(ROOT)).map(({ title, packages }) =>
    group(
      title,
      packages.flatMap(({ short }) => take(`${PACKAGES}${short}`, short)),
    ),
  ),
]
const api: readonly Item[] = apiGroups(takeAll(API))
const lists: readonly Item[] = [
  { text: 'Packages', link: `/${PACKAGES}core` },
  { text: 'API', link: `/${API}core` },
]
const docs: readonly Item[] = PARTS.map(([title, pages]) =>
  group(
    title,
    Object.entries(pages).flatMap(([link, text]) =>
      link.endsWith('*') ? takeAll(link.slice(0, -1)) : take(link, text),
    ),
  ),
).filter(({ items = [] }) => items.length > 0)

if (left.size > 0) throw new Error(`These pages are in no part of the sidebar: ${[...left.keys()].join(', ')}.`)

const back: Item = { text: '← Docs', link: '/start/quickstart', docFooterText: 'Quickstart' }

/** Lists that are long have a sidebar of their own: packages, and the API. */
export const sidebar: Record<string, Item[]> = {
  [`/${PACKAGES}`]: [back, ...packages],
  [`/${API}`]: [back, { text: 'API', items: [...api] }],
  '/': docs.map((part) => (part.text === 'Reference' ? { ...part, items: [...(part.items ?? []), ...lists] } : part)),
}

/**
 * A group opens its first page. Otherwise its name would be a button with the arrow as a button in it, which a screen reader can't tell
 * apart.
 */
function group(text: string, items: Item[], collapsed = !OPEN.has(text)): Item {
  const [first] = items
  return { text, items, collapsed, link: first?.link, docFooterText: first?.text }
}

/** The item of a page; none if there is no such page. */
function take(link: string, text: string): Item[] {
  const page = left.get(link)
  left.delete(link)
  return page === undefined ? [] : [{ text, link: `/${link}` }]
}

function takeAll(folder: string): Item[] {
  const pages = [...left.values()].filter(({ link }) => link.startsWith(folder))
  return pages.flatMap(({ link, title }: Page) => take(link, title))
}

/** A package with several entries is a group of them. */
function apiGroups(items: readonly Item[]): Item[] {
  const named = items.map((item) => ({ ...item, text: (item.text ?? '').replace('@stageflow/', '') }))
  const byPackage = Object.groupBy(named, ({ link = '' }) => link.slice(`/${API}`.length).split('/')[0] ?? '')
  return Object.entries(byPackage).map(([name, entries = []]) => {
    const [only] = entries
    return entries.length === 1 && only !== undefined ? only : group(name, entries, true)
  })
}

/** The main places, those that the site has. */
export const navigation: DefaultTheme.NavItem[] = [
  {
    text: 'Docs',
    link: '/start/quickstart',
    activeMatch: '^/(start|tutorials|how-to|concepts|project|reference)/(?!examples|packages/|api/)',
  },
  { text: 'Examples', link: '/start/examples' },
  { text: 'Packages', link: `/${PACKAGES}core`, activeMatch: `^/${PACKAGES}` },
  { text: 'API', link: `/${API}core`, activeMatch: `^/${API}` },
].filter(({ link }) => links.has(link.slice(1)))
