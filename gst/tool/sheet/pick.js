// The page: a row for each video with its moments, what is chosen of them, and the list of it.

// ---- Small things

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// What the page carries under a name, once.
function carried(id, type) {
  const script = document.getElementById(id);
  const text = atob(script.textContent);
  script.remove();
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; ++at) bytes[at] = text.charCodeAt(at);
  return URL.createObjectURL(new Blob([bytes], { type }));
}

// Nanoseconds as a number of seconds, and as a clock shows them: "1:02:03.25".
const seconds = time => Number((time / 1e9).toFixed(9));

function clock(time) {
  if (time < 0) return `-${clock(-time)}`;
  const hundredths = Math.round(time / 1e7);
  const [whole, rest] = [Math.floor(hundredths / 100), hundredths % 100];
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (parts[0] === 0) parts.shift();
  const text = parts.map((part, place) => place ? String(part).padStart(2, '0') : part).join(':');
  return `${text}.${String(rest).padStart(2, '0')}`;
}

// ---- A video

class Row {
  constructor(video, number, page) {
    Object.assign(this, { video, page, isLeftOut: false });
    this.moments = video.moments.map((moment, index) => this.moment(moment, index));
    this.list = element('ol', { class: 'moments' }, ...this.moments.map(moment => moment.card));
    const leaveOut = element('input', { type: 'checkbox' });
    leaveOut.addEventListener('change', () => this.leaveOut(leaveOut.checked));
    const title = element('h2', { id: `video-${number}` }, video.name);
    const length = video.length === null ? '' : `, ${clock(video.length)} long`;
    this.element = element('section', { class: 'video', 'aria-labelledby': title.id },
      element('header', {},
        element('div', {}, title, element('p', { class: 'path' }, video.folder + length)),
        element('label', {}, leaveOut, 'Leave this video out')),
      this.list);
    if (!this.moments.length)
      this.element.append(element('p', {}, 'There is no moment in it that could be proposed.'));
  }

  moment(moment, index) {
    moment.stretch = this.video.stretches[moment.stretch];
    moment.rank = index + 1;
    moment.isTaken = index === 0;
    moment.coverAt = moment.still;
    moment.image = element('img', { alt: '', decoding: 'async' });
    moment.canvas = element('canvas', { hidden: '' });
    moment.stage = element('button', { type: 'button', class: 'stage', 'aria-describedby': 'how' },
      moment.image, moment.canvas, element('span', { class: 'rank', 'aria-hidden': 'true' }, String(moment.rank)));
    moment.stage.style.aspectRatio = `${moment.width} / ${moment.height}`;
    moment.when = element('span', { class: 'when' });
    moment.adjust = element('button', { type: 'button', class: 'adjust', 'aria-pressed': 'false' }, 'Adjust');
    const take = element('input', { type: 'checkbox' });
    take.checked = moment.isTaken;
    moment.take = take;
    moment.card = element('li', { class: 'moment' }, moment.stage,
      element('div', { class: 'facts' }, element('label', {}, take, 'Take'), moment.when, moment.adjust),
      element('p', { class: 'reason' }, moment.reason));
    if (moment.width < moment.height) moment.card.dataset.narrow = '';
    take.addEventListener('change', () => {
      moment.isTaken = take.checked;
      this.page.count();
      this.choose(moment);
    });
    moment.adjust.addEventListener('click', () => {
      this.choose(moment);
      moment.card.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    });
    new Holding(moment.stage, () => this.hold(moment), () => this.page.player.release());
    this.tell(moment);
    return moment;
  }

  tell(moment) {
    const when = `${clock(moment.start)} – ${clock(end(moment))}`;
    moment.when.textContent = when;
    const spoken = `moment ${moment.rank} of ${this.video.name}, ${clock(moment.start)} to ${clock(end(moment))}`;
    moment.stage.setAttribute('aria-label', `Play ${spoken}`);
    moment.take.setAttribute('aria-label', `Take ${spoken}`);
    moment.adjust.setAttribute('aria-label', `Adjust ${spoken}`);
  }

  // Its pictures, when it comes near the screen.
  wake() {
    if (this.isAwake) return;
    this.isAwake = true;
    for (const stretch of this.video.stretches) {
      stretch.strip.image = new Image();
      stretch.strip.image.onload = () => this.editor?.draw();
      stretch.strip.image.src = carried(stretch.strip.picture, 'image/jpeg');
    }
    for (const moment of this.moments) moment.image.src = carried(moment.cover, 'image/jpeg');
    if (!this.moments.length) return;
    this.editor = new Editor(this, this.page.limits, this.page.player, moment => this.tell(moment));
    this.element.append(this.editor.element);
    this.choose(this.moments[0]);
  }

  choose(moment) {
    this.wake();
    for (const some of this.moments) {
      some.card.classList.toggle('chosen', some === moment);
      some.adjust.setAttribute('aria-pressed', String(some === moment));
    }
    this.editor.show(moment);
  }

  hold(moment) {
    if (this.editor?.moment !== moment) this.choose(moment);
    const { stretch } = moment;
    const to = (end(moment) - stretch.movieFrom) / 1e9;
    this.page.player.hold(moment.stage, this.movie(stretch), this.movieTime(stretch, moment.start), to);
  }

  leaveOut(is) {
    this.isLeftOut = is;
    this.element.classList.toggle('left-out', is);
    this.page.player.release();
    this.page.count();
  }

  taken() {
    if (this.isLeftOut) return [];
    return this.moments.filter(moment => moment.isTaken).sort((some, other) => some.start - other.start);
  }

  // ---- Times

  movie(stretch) {
    stretch.url ??= carried(stretch.movie, 'video/mp4');
    return stretch.url;
  }

  // In its movie, in seconds: a little inside of the picture that is shown then.
  movieTime(stretch, time) {
    return Math.max(0, (time - stretch.movieFrom) / 1e9 + 0.002);
  }

  // The beginning of the picture that is nearest.
  snap(time, moment) {
    const times = this.times(moment);
    if (!times.length) return time;
    const after = times.findIndex(some => some >= time);
    if (after <= 0) return after < 0 ? this.nearer(times.at(-1), moment.to, time) : times[0];
    return this.nearer(times[after - 1], times[after], time);
  }

  nearer(before, after, time) {
    return time - before < after - time ? before : after;
  }

  neighbour(time, step, moment) {
    const times = [...this.times(moment), moment.to];
    if (step > 0) return times.find(some => some > time) ?? time;
    return times.findLast(some => some < time) ?? time;
  }

  // The last picture that begins before `time`.
  frameBefore(time) {
    const { moment } = this.editor;
    return this.times(moment).findLast(some => some < time - 500_000) ?? moment.start;
  }

  times(moment) {
    moment.times ??= moment.stretch.frames.time.filter(time => time >= moment.from && time <= moment.to);
    return moment.times;
  }
}

// ---- Holding a button

class Holding {
  constructor(button, begin, end) {
    Object.assign(this, { button, begin, end, isHeld: false });
    const on = (name, does) => button.addEventListener(name, does);
    on('pointerdown', event => this.press(event));
    for (const name of ['pointerup', 'pointercancel', 'lostpointercapture', 'blur']) on(name, () => this.release());
    on('contextmenu', event => event.preventDefault());
    on('keydown', event => this.key(event, () => event.repeat || this.hold()));
    on('keyup', event => this.key(event, () => this.release()));
    // A screen reader presses without holding: then it plays to its end.
    on('click', event => event.detail === 0 && this.begin());
    document.addEventListener('visibilitychange', () => document.hidden && this.release());
  }

  // A finger that scrolls the page is not one that holds.
  press(event) {
    if (event.button !== 0) return;
    if (event.pointerType === 'mouse') this.button.setPointerCapture(event.pointerId);
    this.timer = setTimeout(() => this.hold(), event.pointerType === 'mouse' ? 0 : 120);
  }

  hold() {
    if (this.isHeld) return;
    this.isHeld = true;
    this.begin();
  }

  release() {
    clearTimeout(this.timer);
    if (!this.isHeld) return;
    this.isHeld = false;
    this.end();
  }

  key(event, does) {
    if (event.key !== ' ' && event.key !== 'Enter') return;
    event.preventDefault();
    does();
  }
}

// ---- All videos

class Page {
  constructor() {
    this.limits = JSON.parse(document.getElementById('limits').textContent);
    this.player = new Player();
    const scripts = [...document.querySelectorAll('script.video')];
    this.rows = scripts.map((script, number) => new Row(JSON.parse(script.textContent), number, this));
    for (const script of scripts) script.remove();
    const near = new IntersectionObserver(seen => {
      for (const { isIntersecting, target } of seen) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        this.rows.find(row => row.element === target).wake();
      }
    }, { rootMargin: '600px' });
    document.getElementById('videos').append(...this.rows.map(row => row.element));
    for (const row of this.rows) near.observe(row.element);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      for (const row of this.rows) row.editor?.draw();
    });
    document.getElementById('save').addEventListener('click', () => this.save());
    this.count();
  }

  count() {
    const counts = this.rows.map(row => row.taken().length).filter(count => count > 0);
    const photos = counts.reduce((sum, count) => sum + count, 0);
    const text = (count, one) => `${count} ${one}${count === 1 ? '' : 's'}`;
    document.getElementById('count').textContent =
      photos ? `${text(photos, 'Live Photo')} of ${text(counts.length, 'video')}` : 'Nothing is taken yet.';
    document.getElementById('save').disabled = photos === 0;
  }

  // What `gst-livephoto-1.0 make --from` reads. Two pairs of one name get a number each.
  lines() {
    const taken = this.rows.flatMap(row => row.taken().map(moment => ({ row, moment })));
    const key = row => row.video.stem.normalize('NFC').toLowerCase();
    const names = new Set();
    const count = new Map();
    for (const { row } of taken) count.set(key(row), (count.get(key(row)) ?? 0) + 1);
    for (const row of this.rows) if (count.get(key(row)) === 1) names.add(key(row));
    return taken.map(({ row, moment }) => {
      const line = {
        video: row.video.video,
        start: seconds(moment.start),
        duration: seconds(moment.duration),
        still: seconds(moment.still),
      };
      if (count.get(key(row)) > 1) {
        let number = 1;
        while (names.has(`${key(row)}-${number}`)) ++number;
        names.add(`${key(row)}-${number}`);
        line.output = `${row.video.stem}-${number}`;
      }
      return JSON.stringify(line);
    });
  }

  save() {
    const lines = this.lines();
    const url = URL.createObjectURL(new Blob(lines.map(line => `${line}\n`), { type: 'application/jsonl' }));
    element('a', { href: url, download: 'moments.jsonl' }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    document.getElementById('saved').replaceChildren(
      'Saved. Make them with: ', element('code', {}, 'gst-livephoto-1.0 make --from moments.jsonl -o live/'));
  }
}

new Page();
