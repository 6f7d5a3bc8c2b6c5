// Opens pick sheets in Debian's Chromium, and tells what is to be seen there; for the tests beside it.
import fs from 'node:fs';

import { chromium } from 'playwright-core';

// The page's own policy for sound is what is tested: nothing is switched on for it.
export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
}

// A page with the sheet; what it asks for and complains of is kept in `asked` and `said`.
export async function openSheet(browser, file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const asked = [];
  const said = [];
  page.on('request', request => asked.push(request.url()));
  page.on('console', message => said.push(message.text()));
  page.on('pageerror', error => said.push(String(error)));
  await page.goto(`file://${encodeURI(file)}`);
  return Object.assign(new Sheet(page), { asked, said });
}

class Sheet {
  constructor(page) {
    this.page = page;
  }

  row(name) {
    return this.page.getByRole('region', { name });
  }

  stage(name, rank = 1) {
    return this.row(name).locator('.stage').nth(rank - 1);
  }

  handle(name, label) {
    return this.row(name).getByRole('slider', { name: label, exact: true });
  }

  advice(name) {
    return this.row(name).locator('.advice li').allTextContents();
  }

  // Of all players that the page has made, also those that it does not show.
  playing() {
    return this.page.evaluate(() => {
      const players = [...document.querySelectorAll('video, audio')].filter(player => !player.paused);
      return players.map(player => ({
        muted: player.muted, volume: player.volume, loop: player.loop, time: player.currentTime,
        heard: player.webkitAudioDecodedByteCount, seen: getComputedStyle(player).opacity,
        stage: player.parentElement.getAttribute('aria-label') }));
    });
  }

  async waitUntilPlaying() {
    await this.page.waitForFunction(() =>
      [...document.querySelectorAll('video')].some(player => !player.paused && player.currentTime > 0));
  }

  async isAtCover(stage) {
    return stage.evaluate(element => !element.classList.contains('moving'));
  }

  async press(stage) {
    await stage.scrollIntoViewIfNeeded();
    const box = await stage.boundingBox();
    await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await this.page.mouse.down();
  }

  // By some pixels to the right, in steps, as a hand does it.
  async drag(handle, pixels) {
    await handle.scrollIntoViewIfNeeded();
    const box = await handle.boundingBox();
    const [x, y] = [box.x + box.width / 2 - (box.width > 60 ? box.width / 4 : 0), box.y + box.height / 2];
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    for (let step = 1; step <= 8; ++step) await this.page.mouse.move(x + pixels * step / 8, y);
    await this.page.mouse.up();
    await this.page.waitForTimeout(100);
  }

  // What Save gives, by line.
  async save(to) {
    const [download] = await Promise.all([
      this.page.waitForEvent('download'), this.page.getByRole('button', { name: /^Save/ }).click()]);
    const path = to ?? await download.path();
    if (to) await download.saveAs(to);
    const lines = fs.readFileSync(path, 'utf8').split('\n');
    if (lines.pop() !== '') throw new Error('the last line does not end');
    return { name: download.suggestedFilename(), moments: lines.map(line => JSON.parse(line)) };
  }
}
