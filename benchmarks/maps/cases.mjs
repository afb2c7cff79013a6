export const CONCURRENCY = 16
export const AT_ONCE = 10_000
export const times = { warmMs: 700, measureMs: 700 }

/** What is measured, in the order of a round. A key of the results is a mode and a number of items. */
const sections = (sizes) => [
  ...sizes.map((items) => ({ mode: 'time', items, concurrency: CONCURRENCY, ...times })),
  ...sizes.map((items) => ({ mode: 'kept', items, concurrency: CONCURRENCY })),
  { mode: 'waiting', items: AT_ONCE },
  { mode: 'cancel', items: AT_ONCE },
]

export const keyOf = ({ mode, items }) => `${mode} ${items}`

/**
 * Every case in the order of measuring. Within a round all subjects follow one another on the same section. Every other round
 * reverses their order, so that a slow minute of the machine meets all of them.
 */
export function listCases({ subjects, sizes, rounds }) {
  const cases = []
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? subjects : subjects.toReversed()
    for (const section of sections(sizes)) for (const subject of order) cases.push({ round, subject, ...section })
  }
  return cases
}
