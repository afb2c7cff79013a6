/** The weights of a polyphase filter: a row of `2 * reach` weights for each of `up` phases. */
export interface SincTable {
  readonly weights: Float32Array
  /** How many input frames on either side make an output frame. */
  readonly reach: number
}

/** Zero crossings of the sinc on either side. More make the filter steeper. */
const CROSSINGS = 32
/** Where the filter is half down, as a share of the lower Nyquist frequency, so that it has closed at that frequency. */
const CUT_OFF = 0.91
/** The beta of the Kaiser window: 90 dB. */
const BETA = 9

/** Returns undefined if it would have more than `mostWeights`. */
export function sincTable(up: number, down: number, mostWeights: number): SincTable | undefined {
  const scale = Math.min(1, up / down)
  const reach = Math.ceil(CROSSINGS / scale)
  const taps = 2 * reach
  if (up * taps > mostWeights) return undefined
  const weights = new Float32Array(up * taps)
  for (let phase = 0; phase < up; phase++) {
    const row = phase * taps
    let sum = 0
    for (let tap = 0; tap < taps; tap++) {
      const distance = phase / up + reach - 1 - tap
      const weight = sinc(distance * scale * CUT_OFF) * kaiser(distance / reach)
      weights[row + tap] = weight
      sum += weight
    }
    // Each phase alone passes silence and a constant unchanged.
    for (let tap = 0; tap < taps; tap++) weights[row + tap] = weights[row + tap]! / sum
  }
  return { weights, reach }
}

const MIDDLE = bessel(BETA)

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

const kaiser = (x: number): number => (Math.abs(x) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / MIDDLE)

/** The modified Bessel function of order zero, as its series. */
function bessel(x: number): number {
  let sum = 1
  let term = 1
  for (let n = 1; term > sum * 1e-12; n++) {
    term *= (x / (2 * n)) ** 2
    sum += term
  }
  return sum
}
