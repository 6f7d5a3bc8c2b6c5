'use strict';
// What may be a pity about a moment, from what was measured of its frames: as core/select does it
// (advice.cpp, frame_scores.cpp), by the limits that it gives.

// `frames` has a list for each measure, `clip` its start, duration and still in nanoseconds. The
// answer's pities are in the order of the C++; betterStill is null where there is none.
function advise(frames, clip, limits) {
  const half = Math.trunc(usualInterval(frames, 0, frames.time.length) / 2);
  const begin = firstFrom(frames.time, clip.start - half);
  const end = firstFrom(frames.time, clip.start + clip.duration - half);
  if (begin >= end) return [];
  const look = new Look(frames, begin, end, limits);
  let cover = begin;
  for (let at = begin; at < end && frames.time[at] <= clip.still + half; ++at) cover = at;

  const pities = [];
  const say = (pity, betterStill = null) => pities.push({ pity, betterStill });
  look.atMotion(say);
  if ((clip.still - clip.start) / 1e9 < limits.timeBefore) say('noTimeBefore');
  if ((clip.start + clip.duration - clip.still) / 1e9 < limits.timeAfter) say('noTimeAfter');
  look.atCover(cover, say);
  return pities;
}

// The frames [begin, end) of a clip with their scores.
class Look {
  constructor(frames, begin, end, limits) {
    Object.assign(this, { frames, begin, end, limits });
    this.numbers = Array.from({ length: end - begin }, (_, place) => begin + place);
    this.isMotionKnown = this.numbers.some(at => frames.follows[at]);
    this.setTimes();
    this.findFrozen();
    this.compareWithShots();
    this.lookAround();
    const bright = this.numbers.filter(at => frames.brightness[at] >= limits.coverDarkBelow);
    this.sharpest = bright.reduce((most, at) => Math.max(most, frames.sharpness[at]), 0);
  }

  atMotion(say) {
    if (!this.isMotionKnown) return;
    const { frames, limits } = this;
    const local = this.mean(at => frames.localMotion[at] * this.moving[at]);
    const speed = this.mean(at => frames.speed[at] * this.moving[at]);
    if (local < limits.nothingMovesBelow && speed < limits.nothingMovesSpeed) say('nothingMoves');
    if (this.numbers.slice(1).some(at => frames.isCut[at])) say('cutInside');
    if (this.mean(at => frames.shake[at]) > limits.shakyAbove) say('shaky');
    else if (this.mean(at => Number(frames.speed[at] > limits.tooFastAbove)) > limits.tooFastShare) say('tooFast');
  }

  atCover(cover, say) {
    const { frames, limits } = this;
    const first = frames.time[this.begin] + Math.trunc(limits.timeBefore * 1e9);
    const last = frames.time[this.end - 1] - Math.trunc(limits.timeAfter * 1e9);
    let better = null;
    let most = this.coverScore(cover);
    for (const at of this.numbers) {
      if (frames.time[at] < first || frames.time[at] > last) continue;
      const score = this.coverScore(at);
      if (score <= most || this.isBlurred(at) || this.isDark(at) || this.isAtCut(at)) continue;
      most = score;
      better = frames.time[at];
    }
    if (this.isDark(cover)) say('coverDark', better);
    else if (this.isBlurred(cover)) say('coverBlurred', better);
    if (this.isAtCut(cover)) say('coverOnCut', better);
  }

  isBlurred(at) {
    const sharpness = this.frames.sharpness[at];
    return sharpness < this.limits.coverBlurredBelow * this.sharpest || sharpness < this.limits.coverBlurredAlways;
  }

  isDark(at) {
    return this.frames.brightness[at] < this.limits.coverDarkBelow;
  }

  isAtCut(at) {
    return Boolean(this.frames.isCut[at] || (at + 1 < this.end && this.frames.isCut[at + 1]));
  }

  mean(value) {
    let sum = 0;
    let known = 0;
    for (const at of this.numbers) {
      if (!this.frames.follows[at]) continue;
      sum += value(at) * this.seconds[at];
      known += this.seconds[at];
    }
    return known > 0 ? sum / known : 0;
  }

  // ---- Scores

  coverScore(at) {
    const { frames, limits } = this;
    const { sharpness, detail } = this.references[at];
    const { exposed, calm, moving } = this.least[at];
    return (frames.sharpness[at] / sharpness) ** limits.coverSharp *
      (frames.detail[at] / detail) ** limits.coverDetail * exposed *
      (limits.coverMoving + (1 - limits.coverMoving) * calm) *
      (limits.coverFrozen + (1 - limits.coverFrozen) * moving) * (this.isAtCut(at) ? limits.coverNearCut : 1);
  }

  // The least that nearby frames of the same shot have of what a cover needs.
  lookAround() {
    const { frames, begin, end, limits, moving } = this;
    const goesOn = at => frames.follows[at] && !frames.isCut[at];
    const areNear = (one, other) => (frames.time[other] - frames.time[one]) / 1e9 <= limits.coverApart;
    this.least = {};
    for (const at of this.numbers) {
      let first = at;
      while (first > begin && goesOn(first) && areNear(first - 1, at)) --first;
      let last = at;
      while (last + 1 < end && goesOn(last + 1) && areNear(at, last + 1)) ++last;
      const near = this.numbers.slice(first - begin, last + 1 - begin);
      const least = value => near.reduce((most, other) => Math.min(most, value(other)), 1);
      this.least[at] = {
        exposed: least(other => frames.exposed[other]), calm: least(other => frames.calm[other]),
        moving: least(other => moving[other]) };
    }
  }

  // Each frame with the sharpest ones of its shot.
  compareWithShots() {
    const { frames, limits, numbers } = this;
    const least = limits.shotSharpness * this.mostOf(frames.sharpness, numbers);
    this.references = {};
    for (let begin = this.begin; begin < this.end;) {
      let end = begin + 1;
      while (end < this.end && !frames.isCut[end]) ++end;
      const shot = numbers.slice(begin - this.begin, end - this.begin);
      const reference = {
        sharpness: Math.max(this.mostOf(frames.sharpness, shot), least), detail: this.mostOf(frames.detail, shot) };
      for (const at of shot) this.references[at] = reference;
      begin = end;
    }
  }

  mostOf(measure, numbers) {
    const { frames, limits } = this;
    const seen = numbers.filter(at => frames.exposed[at] > limits.unknown);
    const values = (seen.length ? seen : numbers).map(at => measure[at]).sort((a, b) => a - b);
    return Math.max(values[Math.trunc(limits.sharpest * (values.length - 1))], limits.leastSharpness);
  }

  setTimes() {
    const { frames, begin, end, limits } = this;
    const usual = usualInterval(frames, begin, end) / 1e9;
    this.seconds = {};
    this.moving = {};
    for (const at of this.numbers) {
      const hasNext = at + 1 < end && (frames.follows[at + 1] || !this.isMotionKnown);
      const seconds = hasNext ? (frames.time[at + 1] - frames.time[at]) / 1e9 : usual;
      this.seconds[at] = seconds;
      this.moving[at] = !this.isMotionKnown || seconds <= limits.frozenAfter ? 1 : limits.frozenAfter / seconds;
    }
  }

  findFrozen() {
    const { frames, end } = this;
    for (let at = this.begin; at < end;) {
      let next = at + 1;
      let seconds = this.seconds[at];
      for (; next < end && frames.isRepeat[next]; ++next) seconds += this.seconds[next];
      if (next > at + 1 && seconds > this.limits.frozenAfter)
        for (let frozen = at + 1; frozen < next; ++frozen) this.moving[frozen] = 0;
      at = next;
    }
  }
}

// The middle one of the times between frames that follow each other.
function usualInterval(frames, begin, end) {
  const intervals = [];
  const others = [];
  for (let at = begin + 1; at < end; ++at)
    (frames.follows[at] ? intervals : others).push(frames.time[at] - frames.time[at - 1]);
  const known = intervals.length ? intervals : others;
  known.sort((a, b) => a - b);
  return known.length ? known[Math.trunc(known.length / 2)] : 0;
}

// The first number whose time is not before `time`.
function firstFrom(times, time) {
  const found = times.findIndex(some => some >= time);
  return found < 0 ? times.length : found;
}
