/** µs with three figures that matter: 0.285, 2.46, 30.8, 431. */
export function short(value) {
  if (value === undefined) return undefined
  if (value < 0.0005) return '< 0.001'
  if (value < 1) return value.toFixed(3)
  if (value < 100) return value.toPrecision(3)
  return Math.round(value).toLocaleString('en-US')
}

export function runCell(figures, peer, shape) {
  const cannot = peer.cannot?.(shape)
  if (cannot !== undefined) return 'n/a'
  const micros = figures.micros(peer.id, shape)
  if (micros !== undefined) return `${short(micros)}${figures.cold(peer.id, shape) ? '*' : ''}`
  if (figures.timedOut(peer.id, shape)) return '> 30 s'
  if (figures.skipped(peer.id, shape) === 'ran out of time') return '> 30 s'
  return figures.error(peer.id, shape) === undefined ? '–' : 'error'
}

export function ratioCell(value) {
  if (value === undefined || Number.isNaN(value)) return '–'
  return `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US')}×`
}

export const buildCell = (micros) => (micros === undefined ? '–' : short(micros / 1000))

/** Collections during the measurement make the figure a lower bound. */
export function bytesCell(figure) {
  if (figure === undefined) return '–'
  return `${figure.collected > 0 ? '≥ ' : ''}${Math.round(figure.bytesPerStage).toLocaleString('en-US')}`
}
