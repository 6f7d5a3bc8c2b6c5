// A pick sheet of many videos stays fluid: PICK_SHEET is one of 200 rows.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';

import { openBrowser, openSheet } from './sheet.mjs';

let browser;

before(async () => { browser = await openBrowser(); });
after(async () => { await browser.close(); });

// Times are only told: the machine may be busy. What makes them short is asserted.
it('does nothing for what is not on the screen', async () => {
  const sheet = await openSheet(browser, process.env.PICK_SHEET);
  const { page } = sheet;
  const rows = await page.locator('.video').count();
  assert.equal(rows, Number(process.env.PICK_ROWS));
  const timing = await page.evaluate(() => {
    const [all] = performance.getEntriesByType('navigation');
    return { interactive: all.domInteractive, complete: all.loadEventEnd };
  });
  const drawn = () => page.locator('.film').count();
  assert.ok(await drawn() < 10, `${await drawn()} strips were drawn at once`);

  const handle = page.getByRole('slider', { name: 'Clip', exact: true }).first();
  await page.evaluate(() => {
    window.long = [];
    new PerformanceObserver(list => window.long.push(...list.getEntries().map(entry => entry.duration)))
      .observe({ type: 'longtask', buffered: false });
    window.frames = 0;
    const count = () => { ++window.frames; requestAnimationFrame(count); };
    count();
  });
  const work = await page.context().newCDPSession(page);
  await work.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = async () => Object.fromEntries(
    (await work.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value * 1000]));
  const before = await spent();
  for (const pixels of [-60, 60, -60, 60]) await sheet.drag(handle, pixels);
  const dragged = await page.evaluate(() => ({ long: window.long, frames: window.frames }));
  const after = await spent();
  const cost = name => `${name} ${Math.round(after[name] - before[name])} ms`;

  await page.mouse.wheel(0, 1e7);
  await page.locator('.video').last().scrollIntoViewIfNeeded();
  await page.locator('.video').last().locator('.film').waitFor();
  assert.ok(await drawn() < 40, `${await drawn()} strips were drawn on the way`);
  await sheet.press(page.locator('.stage').last());
  await sheet.waitUntilPlaying();
  await page.mouse.up();
  assert.deepEqual(sheet.said, []);
  console.log(`${rows} rows: interactive after ${Math.round(timing.interactive)} ms, loaded after ` +
    `${Math.round(timing.complete)} ms; four drags in ${dragged.frames} pictures of the screen took the ` +
    `page's thread ${cost('TaskDuration')}, ${cost('ScriptDuration')}, ${cost('LayoutDuration')}; tasks of more than 50 ms ` +
    `on the clock: ${dragged.long.length}`);
  await page.context().close();
});
