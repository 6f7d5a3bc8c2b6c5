// Writes down the covers of a pick sheet, as they are and where they were dragged, for test_sheet.py to look at.
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';

import { openBrowser, openSheet } from './sheet.mjs';

let browser;

before(async () => { browser = await openBrowser(); });
after(async () => { await browser.close(); });

it('shows as a cover what is on screen at its time', async () => {
  const sheet = await openSheet(browser, process.env.PICK_SHEET);
  const { page } = sheet;
  const covers = [];
  const keep = async (video, stage, still) => {
    const url = await stage.evaluate(button => {
      const shown = button.querySelector('canvas:not([hidden])') ?? button.querySelector('img');
      const canvas = document.createElement('canvas');
      canvas.width = shown.naturalWidth ?? shown.width;
      canvas.height = shown.naturalHeight ?? shown.height;
      canvas.getContext('2d').drawImage(shown, 0, 0);
      return canvas.toDataURL('image/png');
    });
    const file = `cover-${covers.length}.png`;
    fs.writeFileSync(path.join(process.env.PICK_OUT, file), Buffer.from(url.split(',')[1], 'base64'));
    covers.push({ video, file, still });
  };
  for (const row of await page.locator('.video').all()) {
    const video = await row.locator('h2').textContent();
    await row.scrollIntoViewIfNeeded();
    await row.locator('.film').waitFor();
    await row.locator('.stage img').first().evaluate(image => image.decode());
    const cover = sheet.handle(video, 'Cover');
    const time = async () => Number(await cover.getAttribute('aria-valuenow'));
    await keep(video, row.locator('.stage').first(), await time());
    for (const presses of [3, 1, 7]) {
      await cover.focus();
      for (let press = 0; press < presses; ++press) await page.keyboard.press('ArrowLeft');
      await cover.blur();
      await page.waitForFunction(stage => !stage.classList.contains('moving') && !stage.querySelector('canvas').hidden,
        await row.locator('.stage').first().elementHandle(), { timeout: 60_000 });
      await page.waitForTimeout(400);
      await keep(video, row.locator('.stage').first(), await time());
    }
  }
  fs.writeFileSync(path.join(process.env.PICK_OUT, 'covers.json'), JSON.stringify(covers));
  await page.context().close();
});
