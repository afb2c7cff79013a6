import { short } from './cells.mjs'

const count = (value, digits = 0) => value.toLocaleString('en-US', { maximumFractionDigits: digits })
const nanos = (value) => `${value < 100 ? value.toFixed(1) : count(value)} ns`
const micros = (value) => `${short(value / 1_000)} µs`

const GROUPS = {
  queue: {
    heading: 'A bounded queue, one producer and one reader, 64 items between them: time an item',
    columns: ['queue', 'an item'],
    row: ({ title, nanos: each }) => [title, nanos(each)],
  },
  edges: {
    heading: 'Chunks from one stage to another, while both run: time a chunk',
    columns: ['from a generator to its reader', 'a chunk'],
    row: ({ title, nanos: each }) => [title, nanos(each)],
  },
  buffer: {
    heading: 'A jitter buffer for audio: time to take 20 ms in and give 20 ms out',
    columns: ['buffer', '20 ms of audio'],
    row: ({ title, nanos: each }) => [title, nanos(each)],
  },
  exporter: {
    heading: 'Events through `BufferedExporter` into a file by `JsonlExporter`, both with default options',
    columns: ['events', 'written a second', 'lost', 'file', 'memory more'],
    row: ({ title, perSecond, lostShare, megabytes, moreMemoryMb }) => [
      title,
      count(perSecond),
      lostShare === 0 ? 'none' : `${count(lostShare * 100, 2)} %`,
      `${count(megabytes)} MB`,
      `${count(moreMemoryMb)} MB`,
    ],
  },
  events: {
    heading: 'The event buffer of sinks and exporters: time an event',
    columns: ['', 'an event'],
    row: ({ title, nanos: each }) => [title, nanos(each)],
  },
  redaction: {
    heading: 'A text through the redactor of core: time a text',
    columns: ['', 'a text'],
    row: ({ title, nanos: each }) => [title, micros(each)],
  },
  tools: {
    heading: 'Ten tool calls of a model, their arguments as texts, checked by zod: time a message',
    columns: ['', 'a message'],
    row: ({ title, nanos: each }) => [title, micros(each)],
  },
  durable: {
    heading: 'A chain of 100 async stages: time a step',
    columns: ['', 'a step'],
    row: ({ title, nanos: each }) => [title, micros(each)],
  },
  durableRequests: {
    heading: 'A durable run that asks one person, journal `normal`: time from start to end',
    columns: ['', 'a run'],
    row: ({ title, nanos: each }) => [title, micros(each)],
  },
  durableBytes: {
    heading: 'What the file keeps of a step with 34 bytes of data',
    columns: ['', 'a step'],
    row: ({ title, bytes }) => [title, `${count(bytes)} B`],
  },
  watched: {
    heading: 'A chain of 100 synchronous stages, watched: time a stage',
    columns: ['', 'a stage'],
    row: ({ title, nanos: each }) => [title, nanos(each)],
  },
}

/** The figures as rows of text, by what they are of. */
export function partRows(figures) {
  return Object.entries(GROUPS).flatMap(([group, { heading, columns, row }]) => {
    const rows = figures.filter((each) => each.group === group).map(row)
    return rows.length === 0 ? [] : [{ heading, columns, rows }]
  })
}

/** What the figures can answer of the targets. */
export function partTargets(figures) {
  const of = (id) => figures.find((each) => each.id === id)
  const time = (name, id, most) => ({ name, shape: 'queue', value: of(id)?.nanos, most, show: nanos })
  const ahead = (peer, what) => ({
    name: `${what} ÷ ChunkQueue, \`for await\``,
    shape: 'queue',
    value: of(peer) && of('queueForAwait') && of(peer).nanos / of('queueForAwait').nanos,
    least: 1,
    show: (value, digits = 2) => `${value.toFixed(digits)}×`,
  })
  const rate = of('exporterAtRate')
  return [
    time('an item through ChunkQueue, neither side waiting', 'queue', 25),
    time('an item through ChunkQueue, `await put` and `for await`', 'queueForAwait', 110),
    time('an item through ChunkQueue, `tryPut` else `await put` and `for await`', 'queueTryPut', 110),
    ahead('nodeStream', 'Node’s stream'),
    ahead('webStream', 'the web’s stream'),
    {
      name: 'a chunk over an edge ÷ a generator through a generator',
      shape: 'edges',
      value: of('edge') && of('generatorThrough') && of('edge').nanos / of('generatorThrough').nanos,
      most: 1.8,
      show: (value, digits = 2) => `${value.toFixed(digits)}×`,
    },
    {
      name: 'events written of 100,000 a second',
      shape: 'exporter',
      value: rate && 1 - rate.lostShare,
      least: 1,
      show: (value, digits = 1) => `${(value * 100).toFixed(digits)} %`,
    },
  ]
}
