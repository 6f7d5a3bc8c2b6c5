// The strip of a moment's pictures with its curves: what is drawn once, below what is dragged.

const STRIP_HEIGHT = 76;  // of the pictures, in CSS pixels
const COLOURS = { sharpness: '--sharp', localMotion: '--motion', shake: '--shake' };

// Draws the strip and the curves of `moment` over all of the canvas.
function drawFilm(canvas, moment, limits) {
  const { width, height } = canvas.getBoundingClientRect();
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext('2d');
  const colours = getComputedStyle(canvas);
  const colour = name => colours.getPropertyValue(name).trim();
  pen.scale(scale, scale);
  pen.fillStyle = colour('--shade');
  pen.fillRect(0, 0, width, height);
  drawStrip(pen, moment, width);
  const lane = (height - STRIP_HEIGHT) / limits.curves.length;
  limits.curves.forEach((curve, number) => {
    const top = STRIP_HEIGHT + number * lane;
    drawCurve(pen, moment, curve, { top, width, height: lane }, colour);
  });
  drawCuts(pen, moment, width, height, colour('--warn'));
}

// As many pictures as there is room for, each of the middle of its place.
function drawStrip(pen, moment, width) {
  const { strip, from, to } = moment.stretch;
  if (!strip.image?.complete || !strip.image.naturalWidth) return;
  const count = Math.max(1, Math.round(width / (STRIP_HEIGHT * strip.width / strip.height)));
  const place = width / count;
  // What is shown of each picture fills its place: a little is cut off at two sides.
  const shownWidth = Math.min(strip.width, strip.height * place / STRIP_HEIGHT);
  const shownHeight = Math.min(strip.height, strip.width * STRIP_HEIGHT / place);
  for (let number = 0; number < count; ++number) {
    const time = moment.from + (moment.to - moment.from) * (number + 0.5) / count;
    const tile = clamp(Math.floor((time - from) / (to - from) * strip.count), 0, strip.count - 1);
    const left = tile % strip.columns * strip.width + (strip.width - shownWidth) / 2;
    const top = Math.floor(tile / strip.columns) * strip.height + (strip.height - shownHeight) / 2;
    pen.drawImage(strip.image, left, top, shownWidth, shownHeight, number * place, 0, place, STRIP_HEIGHT);
  }
}

function drawCurve(pen, moment, curve, box, colour) {
  const { frames } = moment.stretch;
  const measure = frames[curve.name];
  const isShown = time => time >= moment.from && time < moment.to;
  const shown = [...frames.time.keys()].filter(at => isShown(frames.time[at]));
  const most = shown.reduce((top, at) => Math.max(top, measure[at]), curve.most);
  const bottom = Math.round(box.top + box.height) - 1;
  const x = time => (time - moment.from) / (moment.to - moment.from) * box.width;
  const y = value => bottom - Math.min(value / most, 1) * (box.height - 6);
  const points = shown.map(at => [x(frames.time[at]), y(measure[at])]);
  const line = colour(COLOURS[curve.name]);
  if (points.length) {
    points.push([box.width, points.at(-1)[1]]);
    pen.beginPath();
    for (const [left, top] of points) pen.lineTo(left, top);
    pen.lineWidth = 1.5;
    pen.strokeStyle = line;
    pen.stroke();
    pen.lineTo(box.width, bottom);
    pen.lineTo(points[0][0], bottom);
    pen.globalAlpha = 0.16;
    pen.fillStyle = line;
    pen.fill();
    pen.globalAlpha = 1;
  }
  pen.lineWidth = 1;
  if (curve.limit) straight(pen, box.width, Math.round(y(curve.limit)) + 0.5, line, [4, 4]);
  straight(pen, box.width, bottom + 0.5, colour('--line'), []);
}

function straight(pen, width, y, colour, dashes) {
  pen.setLineDash(dashes);
  pen.strokeStyle = colour;
  pen.beginPath();
  pen.moveTo(0, y);
  pen.lineTo(width, y);
  pen.stroke();
  pen.setLineDash([]);
}

function drawCuts(pen, moment, width, height, colour) {
  const { frames } = moment.stretch;
  pen.fillStyle = colour;
  frames.time.forEach((time, number) => {
    if (!frames.isCut[number] || time <= moment.from || time >= moment.to) return;
    pen.fillRect((time - moment.from) / (moment.to - moment.from) * width - 1, 0, 2, height);
  });
}

const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
