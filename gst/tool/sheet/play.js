// One player for the whole page: it plays the moment that is held, once and with its sound, and shows
// what a drag comes across. Two never play at once, because there is only one.

class Player {
  constructor() {
    this.video = document.createElement('video');
    this.video.playsInline = true;
    this.video.disablePictureInPicture = true;
    this.video.preload = 'auto';
    this.video.tabIndex = -1;
    this.turn = 0;  // of what was asked last: what was asked before is over
    this.wanted = null;  // a time that a scrub goes to next
    this.isScrubbing = false;
  }

  // Plays `movie` in `stage` from one of its times, in seconds, to another.
  async hold(stage, movie, from, to) {
    const turn = this.take(stage, movie);
    if (!await this.seek(from, turn)) return;
    if (!await this.start(turn)) return;
    stage.classList.add('moving');
    const look = () => {
      if (turn !== this.turn) return;
      if (this.video.ended || this.video.paused || this.video.currentTime >= to) this.release();
      else requestAnimationFrame(look);
    };
    look();
  }

  // Back to the cover.
  release() {
    ++this.turn;
    this.wanted = null;
    this.video.pause();
    this.video.parentElement?.classList.remove('moving');
  }

  // Shows the picture at `time`. While one is being sought, only the last that is wanted waits.
  async scrub(stage, movie, time) {
    if (this.isScrubbing && this.video.parentElement === stage) {
      this.wanted = time;
      return;
    }
    const turn = this.take(stage, movie);
    this.isScrubbing = true;
    for (this.wanted = time; this.wanted !== null;) {
      const next = this.wanted;
      this.wanted = null;
      if (!await this.seek(next, turn)) break;
      stage.classList.add('moving');
    }
    this.isScrubbing = false;
  }

  // Draws the picture at `time` for good; false where something else was asked for meanwhile.
  async draw(stage, movie, time, canvas) {
    const turn = this.take(stage, movie);
    if (!await this.seek(time, turn)) return false;
    canvas.width = this.video.videoWidth;
    canvas.height = this.video.videoHeight;
    canvas.getContext('2d').drawImage(this.video, 0, 0);
    this.release();
    return true;
  }

  // ---- What these are made of

  take(stage, movie) {
    this.release();
    this.isScrubbing = false;
    if (this.video.parentElement !== stage) stage.append(this.video);
    if (this.movie !== movie) {
      this.movie = movie;
      this.video.src = movie;
    }
    return this.turn;
  }

  async seek(time, turn) {
    const { video } = this;
    if (video.readyState < HTMLMediaElement.HAVE_METADATA) await happens(video, 'loadedmetadata');
    if (turn !== this.turn) return false;
    video.currentTime = time;
    // The event may be that of a seek before.
    while (video.seeking) await happens(video, 'seeked');
    return turn === this.turn;
  }

  // A browser that has not been touched yet may only let it play without sound.
  async start(turn) {
    for (const muted of [false, true]) {
      try {
        this.video.muted = muted;
        await this.video.play();
        return turn === this.turn;
      } catch (problem) {
        if (turn !== this.turn) return false;
        if (problem.name !== 'NotAllowedError') break;
      }
    }
    this.release();
    return false;
  }
}

const happens = (target, name) => new Promise(go => target.addEventListener(name, go, { once: true }));
