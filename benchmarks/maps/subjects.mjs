// Only names here: the process that measures a subject loads what it needs, and nothing else.

/** What the ratios are to. */
export const reference = 'pMap'

// `each`: what a map of Stageflow calls for an item.
export const subjects = [
  { id: 'pMap', title: 'p-map', file: 'p-map', packages: ['p-map'] },
  { id: 'pLimit', title: 'p-limit', file: 'p-limit', packages: ['p-limit'] },
  { id: 'effect', title: '`Effect.forEach`', file: 'effect', packages: ['effect'] },
  { id: 'bare', title: '`withMap`, bare', file: 'with-map', each: 'function' },
  { id: 'defaults', title: '`withMap`, the 7 defaults', file: 'with-map', each: 'function', defaults: true },
  { id: 'pipeline', title: '`each: pipeline`, bare', file: 'with-map', each: 'pipeline' },
  {
    id: 'pipelineDefaults',
    title: '`each: pipeline`, the 7 defaults',
    file: 'with-map',
    each: 'pipeline',
    defaults: true,
  },
  { id: 'child', title: '`runChild` an item, bare', file: 'with-map', each: 'runChild' },
  {
    id: 'childDefaults',
    title: '`runChild` an item, the 7 defaults',
    file: 'with-map',
    each: 'runChild',
    defaults: true,
  },
]

export const subjectIds = subjects.map(({ id }) => id)

export const subjectOf = (id) => subjects.find((subject) => subject.id === id)

/** What the costs of an item must stay below. */
export const bars = [
  { subject: 'bare', figure: 'micros', most: 5 },
  { subject: 'bare', figure: 'keptBytes', most: 150 },
  { subject: 'defaults', figure: 'micros', most: 12 },
]
