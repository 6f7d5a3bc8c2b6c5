// The page's script gives the advice that core gives: ADVICE_CASES are lines of advice_cases.cpp.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { it } from 'node:test';
import vm from 'node:vm';

const page = vm.createContext({});
vm.runInContext(fs.readFileSync(process.env.ADVICE_JS, 'utf8'), page);
const [limits, ...cases] = fs.readFileSync(process.env.ADVICE_CASES, 'utf8').trimEnd().split('\n').map(JSON.parse);

it('gives the same advice as core on every clip', () => {
  const fired = new Map();
  let clips = 0;
  for (const [number, { frames, clips: all }] of cases.entries()) {
    for (const clip of all) {
      const advice = JSON.parse(JSON.stringify(page.advise(frames, clip, limits)));
      assert.deepEqual(advice, clip.advice, `video ${number}: ${JSON.stringify(clip)}`);
      for (const { pity } of advice) fired.set(pity, (fired.get(pity) ?? 0) + 1);
      ++clips;
    }
  }
  console.log(`${clips} clips: ${JSON.stringify(Object.fromEntries(fired))}`);
  assert.deepEqual([...fired.keys()].sort(), Object.keys(limits.words).sort(), 'each pity was met');
});
