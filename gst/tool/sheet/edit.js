// The part of a video's row in which one of its moments is moved: the clip, its two ends, its cover.

const SHORTEST = 500_000_000;  // of a clip, in nanoseconds
const LEAP = 500_000_000;

class Editor {
  // `row` tells of the video; `changed(moment)` is called whenever a moment was moved.
  constructor(row, limits, player, changed) {
    Object.assign(this, { row, limits, player, changed });
    this.canvas = element('canvas', { 'aria-hidden': 'true' });
    this.before = element('div', { class: 'veil before' });
    this.after = element('div', { class: 'veil after' });
    this.handles = [
      new Handle(this, 'window', 'Clip', {
        value: moment => moment.start,
        range: moment => [moment.from, moment.to - moment.duration],
        text: moment => `${clock(moment.start)} to ${clock(end(moment))}`,
        move: (moment, time) => {
          moment.start = clamp(time, moment.from, Math.max(moment.from, moment.to - moment.duration));
        },
        looksAt: moment => moment.start,
      }),
      new Handle(this, 'edge', 'Begin of the clip', {
        value: moment => moment.start,
        range: moment => [moment.from, end(moment) - SHORTEST],
        text: moment => clock(moment.start),
        move: (moment, time) => {
          const last = end(moment);
          moment.start = clamp(time, moment.from, Math.max(moment.from, last - SHORTEST));
          moment.duration = last - moment.start;
        },
        looksAt: moment => moment.start,
      }),
      new Handle(this, 'edge', 'End of the clip', {
        value: end,
        range: moment => [moment.start + SHORTEST, moment.to],
        text: moment => clock(end(moment)),
        move: (moment, time) => {
          moment.duration = clamp(time, Math.min(moment.start + SHORTEST, moment.to), moment.to) - moment.start;
        },
        looksAt: moment => this.row.frameBefore(end(moment)),
      }),
      new Handle(this, 'marker', 'Cover', {
        value: moment => moment.still,
        range: moment => [moment.start, end(moment)],
        text: moment => clock(moment.still),
        move: (moment, time) => { moment.still = time; },
        looksAt: moment => moment.still,
      }),
    ];
    this.film = element('div', { class: 'film' }, this.canvas,
      element('div', { class: 'film-inside' }, this.before, this.after),
      element('div', { class: 'labels', 'aria-hidden': 'true' },
        ...limits.curves.map(curve => element('span', {}, curve.label))),
      ...this.handles.map(handle => handle.element));
    this.title = element('p', { class: 'editor-title' });
    this.advice = element('ul', { class: 'advice', 'aria-live': 'polite' });
    this.element = element('div', { class: 'editor', role: 'group' }, this.title, this.film, this.advice);
    new ResizeObserver(() => this.draw()).observe(this.film);
  }

  show(moment) {
    this.moment = moment;
    this.element.setAttribute('aria-label', `Moment ${moment.rank}: where it begins and ends, and its cover`);
    this.draw();
  }

  // All of it, which a drag does not need.
  draw() {
    this.width = this.film.clientWidth;
    if (!this.width || !this.moment) return;
    drawFilm(this.canvas, this.moment, this.limits);
    this.place();
  }

  // What a drag moves.
  place() {
    const { moment } = this;
    const x = time => (time - moment.from) / (moment.to - moment.from) * this.width;
    const [left, right] = [x(moment.start), x(end(moment))];
    const [clip, begin, finish, cover] = this.handles;
    clip.put(left, right - left);
    begin.put(left);
    finish.put(right);
    cover.put(x(moment.still));
    this.before.style.transform = `translateX(${left}px)`;
    this.after.style.transform = `translateX(${right - this.width}px)`;
    this.title.textContent =
      `Moment ${moment.rank}: ${clock(moment.start)} to ${clock(end(moment))}, cover at ${clock(moment.still)}`;
    this.advise();
  }

  advise() {
    const found = advise(this.moment.stretch.frames, this.moment, this.limits);
    const said = JSON.stringify(found);
    if (said === this.said && this.advised === this.moment) return;
    [this.said, this.advised] = [said, this.moment];
    this.advice.replaceChildren(...found.map(some => this.sentence(some)));
    if (!found.length) this.advice.append(element('li', { class: 'good' }, 'Nothing speaks against it.'));
  }

  sentence({ pity, betterStill }) {
    const words = this.limits.words[pity];
    if (betterStill === null) return element('li', {}, words.text);
    const go = element('button', { type: 'button' }, 'Take it');
    go.addEventListener('click', () => {
      this.moment.still = betterStill;
      this.moved();
      this.settle();
      this.handles.at(-1).element.focus();
    });
    return element('li', {}, words.better.replace('{time}', clock(betterStill)), ' ', go);
  }

  moved() {
    const { moment } = this;
    const last = this.row.frameBefore(end(moment));
    moment.still = clamp(moment.still, moment.start, Math.max(moment.start, last));
    this.place();
    this.changed(moment);
  }

  // What the moment looks like at `time` while something is dragged.
  look(time) {
    const { moment } = this;
    this.player.scrub(moment.stage, this.row.movie(moment.stretch), this.row.movieTime(moment.stretch, time));
  }

  // The cover is what it shows when nothing is dragged.
  settle() {
    const { moment } = this;
    if (moment.coverAt === moment.still) return this.player.release();
    moment.coverAt = moment.still;
    const time = this.row.movieTime(moment.stretch, moment.still);
    this.player.draw(moment.stage, this.row.movie(moment.stretch), time, moment.canvas).then(drawn => {
      if (drawn) moment.canvas.hidden = false;
      else moment.coverAt = null;
    });
  }
}

// One of the things that are dragged, or moved by keys.
class Handle {
  constructor(editor, kind, label, does) {
    Object.assign(this, { editor, does });
    this.element = element('div', { class: `handle ${kind}`, role: 'slider', tabindex: '0', 'aria-label': label });
    this.element.addEventListener('pointerdown', event => this.grab(event));
    this.element.addEventListener('keydown', event => this.press(event));
    this.element.addEventListener('blur', () => this.letGo());
  }

  put(left, width) {
    const { moment } = this.editor;
    this.element.style.transform = `translateX(${left}px)`;
    if (width !== undefined && width !== this.width) {
      this.width = width;
      this.element.style.width = `${width}px`;
    }
    const [least, most] = this.does.range(moment);
    this.element.setAttribute('aria-valuemin', seconds(least));
    this.element.setAttribute('aria-valuemax', seconds(Math.max(least, most)));
    this.element.setAttribute('aria-valuenow', seconds(this.does.value(moment)));
    this.element.setAttribute('aria-valuetext', this.does.text(moment));
  }

  move(time) {
    const { editor } = this;
    this.does.move(editor.moment, editor.row.snap(time, editor.moment));
    editor.moved();
    editor.look(this.does.looksAt(editor.moment));
  }

  grab(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.element.focus({ preventScroll: true });
    this.element.setPointerCapture(event.pointerId);
    const { editor } = this;
    const begin = event.clientX;
    const value = this.does.value(editor.moment);
    const perPixel = (editor.moment.to - editor.moment.from) / editor.width;
    let at = begin;
    let waiting = 0;
    const follow = moved => {
      at = moved.clientX;
      waiting ||= requestAnimationFrame(() => {  // at most once a picture of the screen
        waiting = 0;
        this.move(value + (at - begin) * perPixel);
      });
    };
    const stop = () => {
      this.element.removeEventListener('pointermove', follow);
      this.element.removeEventListener('lostpointercapture', stop);
      cancelAnimationFrame(waiting);
      if (at !== begin) this.move(value + (at - begin) * perPixel);
      editor.settle();
    };
    this.element.addEventListener('pointermove', follow);
    this.element.addEventListener('lostpointercapture', stop);
  }

  press(event) {
    const { editor, does } = this;
    const value = does.value(editor.moment);
    const [least, most] = does.range(editor.moment);
    const forward = ['ArrowRight', 'ArrowUp', 'PageUp'].includes(event.key);
    const isLeap = event.shiftKey || event.key.startsWith('Page');
    let time;
    if (event.key === 'Home') time = least;
    else if (event.key === 'End') time = most;
    else if (event.key.startsWith('Arrow') || event.key.startsWith('Page'))
      time = isLeap ? value + (forward ? LEAP : -LEAP) : editor.row.neighbour(value, forward ? 1 : -1, editor.moment);
    else return;
    event.preventDefault();
    this.move(time);
    this.isMoved = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.letGo(), 400);
  }

  letGo() {
    clearTimeout(this.timer);
    if (!this.isMoved) return;
    this.isMoved = false;
    this.editor.settle();
  }
}

const end = moment => moment.start + moment.duration;
