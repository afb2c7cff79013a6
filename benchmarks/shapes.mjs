// Every value stays a small integer, so that no peer pays for boxed numbers.
const MASK = 0xffffff

const graph = (name, stages) => {
  const indexOf = new Map(stages.map((stage, index) => [stage.name, index]))
  return {
    name,
    stages: stages.map((stage) => ({ ...stage, sources: stage.dependencies.map((each) => indexOf.get(each)) })),
    edges: stages.reduce((sum, stage) => sum + stage.dependencies.length, 0),
  }
}

const chat = () =>
  graph('chat', [
    { name: 'input_guard', dependencies: [] },
    { name: 'profile', dependencies: [] },
    { name: 'memory', dependencies: [] },
    { name: 'llm', dependencies: ['input_guard', 'profile', 'memory'] },
    { name: 'output_guard', dependencies: ['llm'] },
  ])

const chain = (length) =>
  graph(
    `chain${length}`,
    Array.from({ length }, (_, index) => ({ name: `s${index}`, dependencies: index === 0 ? [] : [`s${index - 1}`] })),
  )

const fan = (width) => {
  const names = Array.from({ length: width }, (_, index) => `s${index}`)
  return graph(`fan${width}`, [
    { name: 'source', dependencies: [] },
    ...names.map((name) => ({ name, dependencies: ['source'] })),
    { name: 'join', dependencies: names },
  ])
}

const layers = () => {
  const stages = []
  for (let layer = 0; layer < 10; layer += 1) {
    for (let place = 0; place < 10; place += 1) {
      const places = place % 2 === 0 ? [place, (place + 3) % 10, (place + 7) % 10] : [place, (place + 3) % 10]
      const dependencies = layer === 0 ? [] : places.map((each) => `l${layer - 1}_${each}`)
      stages.push({ name: `l${layer}_${place}`, dependencies })
    }
  }
  return { ...graph('layers10x10', stages), width: 10 }
}

const random = (count, seed) => {
  const next = mulberry32(seed)
  const stages = Array.from({ length: count }, (_, index) => {
    const wanted = Math.min(index, Math.floor(next() * 4))
    const chosen = new Set()
    while (chosen.size < wanted) chosen.add(Math.floor(next() * index))
    return { name: `s${index}`, dependencies: [...chosen].sort((a, b) => a - b).map((each) => `s${each}`) }
  })
  return graph(`random${count}`, stages)
}

// Deterministic, so that every peer and every round gets the same graph.
function mulberry32(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const makers = {
  chat,
  chain10: () => chain(10),
  chain100: () => chain(100),
  chain1000: () => chain(1000),
  chain10000: () => chain(10_000),
  chain100000: () => chain(100_000),
  fan10: () => fan(10),
  fan100: () => fan(100),
  fan1000: () => fan(1000),
  layers10x10: layers,
  random1000: () => random(1000, 42),
}

export const shapeNames = Object.keys(makers)

export const makeShape = (name) => makers[name]()

/** What a stage computes in every peer: one more than the sum of what it reads. */
export const bounded = (value) => value & MASK

/** The answer of every stage, computed in declared order without any scheduler. */
export function expectedValues(shape) {
  const values = []
  for (const { sources } of shape.stages) values.push(bounded(sources.reduce((sum, source) => sum + values[source], 1)))
  return values
}
