// What a pick sheet promises, in a browser: PICK_SHEET is one of the videos of test_sheet.py.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';

import { openBrowser, openSheet } from './sheet.mjs';

const FILE = process.env.PICK_SHEET;
const VIDEO = process.env.PICK_VIDEO;  // with sound, and several moments
const HOSTILE = process.env.PICK_HOSTILE;  // a name with all that could end a string
const SAVED = process.env.PICK_SAVED;

let browser;
let sheet;

before(async () => { browser = await openBrowser(); });
after(async () => { await browser.close(); });

// Each begins with a page that nobody has touched.
const on = (sentence, test, options = {}) => it(sentence, async () => {
  sheet = await openSheet(browser, FILE, options);
  try {
    await test(sheet.page);
    assert.deepEqual(sheet.said, []);
    for (const url of sheet.asked) assert.match(url, /^(file|blob):/);
  } finally {
    await sheet.page.context().close();
  }
});

// What is saved of the video, of which one moment is taken.
const savedOfVideo = async () => {
  const lines = (await sheet.save()).moments.filter(line => line.video.endsWith(`/${VIDEO}`));
  assert.equal(lines.length, 1);
  return lines[0];
};

describe('A moment', () => {
  on('is still until it is held', async page => {
    await page.waitForTimeout(700);
    await sheet.stage(VIDEO).hover();
    await page.waitForTimeout(300);
    assert.deepEqual(await sheet.playing(), []);
  });

  on('plays with its sound while the mouse holds it, and goes back to its cover', async page => {
    const stage = sheet.stage(VIDEO);
    await sheet.press(stage);
    await sheet.waitUntilPlaying();
    const [first] = await sheet.playing();
    await page.waitForTimeout(500);
    const [later] = await sheet.playing();
    assert.ok(later.time > first.time + 0.1, `${first.time} to ${later.time}`);
    assert.deepEqual([later.muted, later.volume, later.loop], [false, 1, false]);
    assert.ok(later.heard > 0, 'no sound was decoded');
    assert.equal(later.stage, await stage.getAttribute('aria-label'));
    assert.equal(Number(later.seen), 1);
    await page.mouse.up();
    assert.deepEqual(await sheet.playing(), []);
    assert.ok(await sheet.isAtCover(stage));
  });

  on('plays once, however long it is held', async page => {
    const stage = sheet.stage(VIDEO);
    await sheet.press(stage);
    await sheet.waitUntilPlaying();
    await page.waitForFunction(() => [...document.querySelectorAll('video')].every(player => player.paused));
    assert.ok(await sheet.isAtCover(stage));
    await page.waitForTimeout(700);
    assert.deepEqual(await sheet.playing(), []);
    await page.mouse.up();
  });

  for (const key of ['Space', 'Enter']) {
    on(`plays while ${key} is held`, async page => {
      const stage = sheet.stage(VIDEO);
      await stage.focus();
      await page.keyboard.down(key);
      await sheet.waitUntilPlaying();
      await page.keyboard.down(key);  // as it repeats
      assert.equal((await sheet.playing()).length, 1);
      await page.keyboard.up(key);
      assert.deepEqual(await sheet.playing(), []);
      assert.ok(await sheet.isAtCover(stage));
    });
  }

  on('plays while a finger holds it', async page => {
    const stage = sheet.stage(VIDEO);
    await stage.scrollIntoViewIfNeeded();
    const box = await stage.boundingBox();
    const fingers = await page.context().newCDPSession(page);
    const point = { x: box.x + 20, y: box.y + 20 };
    await fingers.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] });
    await sheet.waitUntilPlaying();
    await fingers.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await page.waitForFunction(() => [...document.querySelectorAll('video')].every(player => player.paused));
    assert.ok(await sheet.isAtCover(stage));
    // The page was touched now: the next one is heard.
    await fingers.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] });
    await sheet.waitUntilPlaying();
    assert.equal((await sheet.playing())[0].muted, false);
    await fingers.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  }, { hasTouch: true });

  on('plays to its end where a screen reader presses it', async page => {
    await sheet.stage(VIDEO).evaluate(button => button.click());
    await sheet.waitUntilPlaying();
    await page.waitForFunction(() => [...document.querySelectorAll('video')].every(player => player.paused));
  });

  on('never plays beside another', async page => {
    await sheet.stage(VIDEO, 2).focus();
    await page.keyboard.down('Space');
    await sheet.waitUntilPlaying();
    await sheet.press(sheet.stage(VIDEO, 1));
    await page.waitForFunction(label => [...document.querySelectorAll('video')].some(
      player => !player.paused && player.parentElement.getAttribute('aria-label') === label),
    await sheet.stage(VIDEO, 1).getAttribute('aria-label'));
    assert.equal((await sheet.playing()).length, 1);
    await page.keyboard.up('Space');
    await page.mouse.up();
    assert.deepEqual(await sheet.playing(), []);
  });

  on('stops when the page is left', async page => {
    await sheet.stage(VIDEO).focus();
    await page.keyboard.down('Space');
    await sheet.waitUntilPlaying();
    await page.keyboard.press('Tab');
    assert.deepEqual(await sheet.playing(), []);
  });
});

describe('The strip', () => {
  on('shows pictures and curves', async page => {
    const colours = await sheet.row(VIDEO).locator('.film canvas').evaluate(canvas => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
    assert.ok(colours > 100, `only ${colours} colours`);
  });

  on('moves the clip, its advice and what is saved with the hand', async page => {
    const before = await savedOfVideo();
    const said = await sheet.advice(VIDEO);
    await sheet.drag(sheet.handle(VIDEO, 'Clip'), -2000);
    await sheet.drag(sheet.handle(VIDEO, 'Cover'), -2000);
    const line = await savedOfVideo();
    assert.notDeepEqual(await sheet.advice(VIDEO), said);
    assert.match((await sheet.advice(VIDEO)).join(), /no time before the still/);
    assert.ok(line.start < before.start || before.start === 0, `${before.start} to ${line.start}`);
    assert.equal(line.still, line.start);
    assert.ok(Math.abs(line.duration - before.duration) < 1e-6);
  });

  on('shows another cover where its marker was put', async page => {
    const stage = sheet.stage(VIDEO);
    await sheet.drag(sheet.handle(VIDEO, 'Cover'), 60);
    const canvas = stage.locator('canvas');
    await canvas.waitFor({ state: 'visible' });
    const size = await canvas.evaluate(element => [element.width, element.height]);
    assert.ok(size[0] > 100 && size[1] > 100, String(size));
    assert.deepEqual(await sheet.playing(), []);
    assert.ok(await sheet.isAtCover(stage));
  });

  on('is moved by keys, picture by picture, and says where it is', async page => {
    const clip = sheet.handle(VIDEO, 'Clip');
    await clip.focus();
    await page.keyboard.press('Home');
    const first = Number(await clip.getAttribute('aria-valuenow'));
    await page.keyboard.press('ArrowRight');
    const second = Number(await clip.getAttribute('aria-valuenow'));
    assert.ok(second > first && second < first + 0.1, `${first} to ${second}`);
    assert.match(await clip.getAttribute('aria-valuetext'), /^\d+:\d\d\.\d\d to \d+:\d\d\.\d\d$/);
    await page.keyboard.press('PageUp');
    assert.ok(Number(await clip.getAttribute('aria-valuenow')) > second + 0.3);
    const cover = sheet.handle(VIDEO, 'Cover');
    await cover.focus();
    await page.keyboard.press('Home');
    assert.equal(await cover.getAttribute('aria-valuenow'), await cover.getAttribute('aria-valuemin'));
    await page.keyboard.press('ArrowLeft');
    assert.equal(await cover.getAttribute('aria-valuenow'), await cover.getAttribute('aria-valuemin'));
  });

  on('lets a hand take the cover while the keys have the clip', async page => {
    const clip = sheet.handle(VIDEO, 'Clip');
    const cover = sheet.handle(VIDEO, 'Cover');
    await clip.focus();
    await page.keyboard.press('ArrowRight');
    const before = await Promise.all([clip, cover].map(handle => handle.getAttribute('aria-valuenow')));
    await sheet.drag(cover, -60);
    const after = await Promise.all([clip, cover].map(handle => handle.getAttribute('aria-valuenow')));
    assert.equal(after[0], before[0]);
    assert.ok(Number(after[1]) < Number(before[1]), `${before} to ${after}`);
  });

  on('makes the clip shorter by its ends, and keeps the cover in it', async page => {
    const finish = sheet.handle(VIDEO, 'End of the clip');
    await finish.focus();
    await page.keyboard.press('Home');
    const line = await savedOfVideo();
    assert.ok(line.duration >= 0.5 && line.duration < 0.6, String(line.duration));
    assert.ok(line.still >= line.start && line.still < line.start + line.duration);
  });
});

describe('What is saved', () => {
  on('has the best of each video, until something else is chosen', async page => {
    const { name, moments } = await sheet.save(SAVED);
    assert.equal(name, 'moments.jsonl');
    assert.equal(moments.length, await page.locator('.video').count());
    for (const line of moments) assert.deepEqual(Object.keys(line), ['video', 'start', 'duration', 'still']);
    assert.match(await page.getByRole('status').allTextContents().then(all => all.join()), /make --from/);
  });

  on('leaves a video out', async page => {
    const all = (await sheet.save()).moments;
    await sheet.row(VIDEO).getByLabel('Leave this video out').check();
    const rest = (await sheet.save()).moments;
    assert.deepEqual(rest, all.filter(line => !line.video.endsWith(VIDEO)));
    assert.equal(await sheet.stage(VIDEO).isVisible(), false);
    await sheet.row(VIDEO).getByLabel('Leave this video out').uncheck();
    assert.deepEqual((await sheet.save()).moments, all);
  });

  on('has several moments of one video under names of their own', async page => {
    for (const box of await sheet.row(VIDEO).getByRole('checkbox', { name: /^Take/ }).all()) await box.check();
    const lines = (await sheet.save(`${SAVED}-all`)).moments.filter(line => line.video.endsWith(VIDEO));
    assert.ok(lines.length > 1);
    assert.equal(new Set(lines.map(line => line.output)).size, lines.length);
    assert.deepEqual(lines.map(line => line.start), lines.map(line => line.start).sort((a, b) => a - b));
  });

  on('is nothing where nothing is taken', async page => {
    for (const box of await page.getByRole('checkbox', { name: /^Leave/ }).all()) await box.check();
    assert.equal(await page.getByRole('button', { name: /^Save/ }).isDisabled(), true);
  });
});

describe('The page', () => {
  on('shows names as they are, whatever is in them', async page => {
    const text = await page.locator('h2').allTextContents();
    assert.ok(text.includes(HOSTILE), text.join(' | '));
    assert.equal(await page.locator('main script, main b').count(), 0);
  });

  on('gives each control a name', async page => {
    for (const row of await page.locator('.video').all()) {
      await row.scrollIntoViewIfNeeded();
      await row.locator('.film').waitFor();
    }
    const reader = await page.context().newCDPSession(page);
    await reader.send('Accessibility.enable');
    const { nodes } = await reader.send('Accessibility.getFullAXTree');
    const controls = nodes.filter(node => ['button', 'checkbox', 'slider', 'link'].includes(node.role?.value));
    assert.ok(controls.length > 10, JSON.stringify(nodes.map(node => node.role?.value)));
    const names = controls.map(node => node.name?.value?.trim() ?? '');
    assert.deepEqual(controls.filter((node, place) => !names[place]).map(node => node.role.value), []);
    for (const slider of await page.getByRole('slider').all())
      assert.match(await slider.getAttribute('aria-valuetext'), /\d:\d\d/);
  });

  on('is gone through with the tab key alone', async page => {
    const seen = new Set();
    for (let presses = 0; presses < 80; ++presses) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const { activeElement: element } = document;
        const outline = getComputedStyle(element).outlineStyle;
        return [element.className || element.id || element.type, outline !== 'none'];
      });
      if (focused[0] && !focused[1]) assert.fail(`no focus to be seen on ${focused[0]}`);
      seen.add(focused[0]);
    }
    for (const some of ['stage', 'checkbox', 'adjust', 'handle window', 'handle marker', 'handle edge', 'main'])
      assert.ok(seen.has(some), `${some}: ${[...seen].join(', ')}`);
  });

  on('is dark where that is preferred, and does not fade where motion is not', async page => {
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    assert.notEqual(await background(), light);
    await sheet.press(sheet.stage(VIDEO));
    await sheet.waitUntilPlaying();
    assert.equal(await page.locator('video').evaluate(video => getComputedStyle(video).transitionDuration), '0s');
    await page.mouse.up();
  });

  on('fits a phone', async page => {
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  }, { viewport: { width: 360, height: 740 } });

  it('has all of it in one file', () => {
    const text = fs.readFileSync(FILE, 'utf8');
    assert.doesNotMatch(text.replace(/<script type="text\/plain"[^<]*<\/script>/g, ''), /https?:\/\//);
    assert.match(text, /default-src 'none'/);
  });
});
