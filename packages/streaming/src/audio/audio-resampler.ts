import { optionProblems, refuseOptions, required, show, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

import { ILLEGAL_OPTION, illegalArgument } from '../argument-errors.ts'
import { sincTable } from './sinc-table.ts'

export interface ResamplerOptions {
  /** Frames per second of the input. */
  readonly fromRate: number
  /** Frames per second of the output. */
  readonly toRate: number
  /** Samples in a frame. Default: 1. */
  readonly channels?: number
}

/** Resamples one stream at a time. After `flush`, the output is as long as the input, to the frame. */
export interface Resampler {
  /** Takes interleaved samples in whole frames. Returns the samples that are ready. */
  push(samples: Float32Array): Float32Array
  /** Returns the rest of the stream. Then another stream can begin. */
  flush(): Float32Array
}

const MOST_CHANNELS = 65_535
const RULES: OptionRules<ResamplerOptions> = {
  fromRate: required(whole(1)),
  toRate: required(whole(1)),
  channels: whole(1, MOST_CHANNELS),
}
const MOST_WEIGHTS = 2 ** 22
const MOST_HELD = 2 ** 24

/**
 * Changes the sample rate of a stream, chunk by chunk: a polyphase windowed-sinc filter. Up to 0.8 of the lower rate's Nyquist
 * frequency it changes a level by less than 0.01 dB; what would fold back is at least 90 dB down. Errors: `streaming/illegal-option`.
 */
export function createResampler(options: ResamplerOptions): Resampler {
  return resamplerOf('createResampler()', options)
}

/** `where`: the function that messages name. */
function resamplerOf(where: string, options: ResamplerOptions): Resampler {
  const refuse = (problems: readonly string[]): void => refuseOptions(where, ILLEGAL_OPTION, problems)
  refuse(optionProblems(options, RULES))
  const { fromRate, toRate, channels = 1 } = options
  const divisor = greatestCommonDivisor(fromRate, toRate)
  // `up` frames of output take the time of `down` frames of input.
  const up = toRate / divisor
  const down = fromRate / divisor
  const table = sincTable(up, down, MOST_WEIGHTS)
  if (table === undefined)
    refuse([
      `fromRate ${fromRate} and toRate ${toRate} have too small a common divisor; convert to a rate in between first`,
    ])
  if (table !== undefined && 2 * table.reach * channels > MOST_HELD)
    refuse([
      `channels must be fewer than ${channels} to convert ${fromRate} to ${toRate} Hz: they don't fit into memory`,
    ])
  // `refuse` has thrown if there is no table.
  const { weights, reach } = table ?? { weights: new Float32Array(0), reach: 0 }
  const taps = 2 * reach

  // Silence first, so that the first frame is in the middle of the filter.
  let held = new Float32Array((reach - 1) * channels)
  /** Where the next frame of output lies between two frames of input, in parts of `up`. */
  let phase = 0
  /** Frames of input and of output so far. */
  let received = 0
  let given = 0

  /** Makes the frames that the samples allow, `most` at most. */
  function produce(samples: Float32Array, most: number): Float32Array {
    const all = new Float32Array(held.length + samples.length)
    all.set(held)
    all.set(samples, held.length)
    const frames = all.length / channels
    const result = new Float32Array(Math.min(most, countOf(frames)) * channels)
    let position = 0
    for (let at = 0; at < result.length; at += channels) {
      const row = phase * taps
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0
        for (let tap = 0, from = position * channels + channel; tap < taps; tap++, from += channels)
          sum += all[from]! * weights[row + tap]!
        result[at + channel] = sum
      }
      phase += down
      position += Math.floor(phase / up)
      phase %= up
    }
    // `position` isn't beyond them, because a step is shorter than the filter.
    held = all.slice(position * channels)
    given += result.length / channels
    return result
  }

  /** How many frames can be made with their last tap within `frames`. */
  function countOf(frames: number): number {
    const last = frames - taps
    return last < 0 ? 0 : Math.floor((last * up + up - 1 - phase) / down) + 1
  }

  return {
    push(samples) {
      if (!(samples instanceof Float32Array))
        throw illegalArgument('push()', show(samples), 'samples as a Float32Array')
      if (samples.length % channels !== 0)
        throw illegalArgument('push()', `${samples.length} samples`, `whole frames of ${channels} channels`)
      if (up === down) return samples.slice()
      received += samples.length / channels
      return produce(samples, Infinity)
    },
    flush() {
      if (up === down) return new Float32Array(0)
      const rest = produce(new Float32Array(taps * channels), Math.ceil((received * up) / down) - given)
      held = new Float32Array((reach - 1) * channels)
      phase = 0
      received = 0
      given = 0
      return rest
    },
  }
}

/** Like `createResampler`, for complete audio. */
export function resample(samples: Float32Array, options: ResamplerOptions): Float32Array {
  const resampler = resamplerOf('resample()', options)
  if (!(samples instanceof Float32Array))
    throw illegalArgument('resample()', show(samples), 'samples as a Float32Array')
  const most = resampler.push(samples)
  const rest = resampler.flush()
  const all = new Float32Array(most.length + rest.length)
  all.set(most)
  all.set(rest, most.length)
  return all
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other)
}
