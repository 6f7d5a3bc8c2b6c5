"""Pictures as Chromium draws them, headless and without network, through its debugging pipe."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import programs
from measures import Image

SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND", "--allow-file-access-from-files",
    "--remote-debugging-pipe")

# Draws what `source` shows, upright and in its own pixels, and tells the size and the samples.
DRAW = """
const drawn = (source, width, height, time) => {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', {colorSpace: 'srgb'});
  context.drawImage(source, 0, 0, width, height);
  const samples = context.getImageData(0, 0, width, height).data;
  let text = '';
  for (let at = 0; at < samples.length; at += 8192)
    text += String.fromCharCode.apply(null, samples.subarray(at, at + 8192));
  return {width, height, time, samples: btoa(text)};
};
"""

PICTURE = """
(async url => {
  const image = new Image();
  image.src = url;
  await image.decode();
  return drawn(image, image.naturalWidth, image.naturalHeight, 0);
})"""

FRAME = """
(async (url, instant) => {
  const video = document.createElement('video');
  video.muted = true;
  document.body.append(video);
  const met = name => new Promise((yes, no) => {
    video.addEventListener(name, yes, {once: true});
    video.onerror = () => no(new Error(video.error.message));
  });
  const loaded = met('loadeddata');
  video.src = url;
  await loaded;
  let time = -1;
  const look = (now, frame) => {
    time = frame.mediaTime;
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  const sought = met('seeked');
  video.currentTime = instant;
  await sought;
  for (let waited = 0; time <= 0 && waited < 100; ++waited)  // of what is not on the screen yet
    await new Promise(go => setTimeout(go, 20));
  const result = drawn(video, video.videoWidth, video.videoHeight, time);
  video.remove();
  return result;
})"""


class Chromium:
    """One browser, for a `with` block."""

    TIMEOUT = 120  # seconds, of one answer

    def __init__(self):
        self.number, self.unread = 0, b""

    def __enter__(self):
        program = programs.need("chromium")
        self.folder = Path(tempfile.mkdtemp(prefix="livephoto-chromium-"))
        page = self.folder / "page.html"
        page.write_text("<!doctype html><meta charset=utf-8><title>Live Photo</title><body>")
        # It reads what is asked of it from descriptor 3 and answers by 4.
        (asked, self.ask), (self.answers, answered) = os.pipe(), os.pipe()
        line = f'exec "$@" 3<&{asked} 4>&{answered}'
        self.process = subprocess.Popen(
            ["bash", "-c", line, "chromium", program, *SWITCHES, f"--user-data-dir={self.folder / 'profile'}",
             "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=(asked, answered), env={**os.environ, "HOME": str(self.folder)}, start_new_session=True)
        os.close(asked)
        os.close(answered)
        try:
            target = self._call("Target.createTarget", url="about:blank")["targetId"]
            self.session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            self._call("Page.enable")
            self._call("Page.navigate", url=page.as_uri())
            self._until(lambda message: message.get("method") == "Page.loadEventFired")
            self._call("Runtime.evaluate", expression=DRAW)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        os.close(self.ask)  # that ends it
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.answers)
        shutil.rmtree(self.folder, ignore_errors=True)

    def picture(self, path):
        """A still in a format that browsers know."""
        return self._image(PICTURE, Path(path).as_uri())

    def frame(self, path, instant):
        """The movie's frame on screen at an instant in seconds; its `time` is what Chromium takes for its own."""
        return self._image(FRAME, Path(path).as_uri(), float(instant))

    def _image(self, script, *arguments):
        expression = f"{script}({','.join(map(json.dumps, arguments))})"
        told = self._call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in told:
            raise programs.ReaderError(f"Chromium: {told['exceptionDetails'].get('exception', told)}: {arguments}")
        drawn = told["result"]["value"]
        samples = base64.b64decode(drawn["samples"])
        colours = bytearray(len(samples) // 4 * 3)
        for channel in range(3):
            colours[channel::3] = samples[channel::4]
        return Image(drawn["width"], drawn["height"], "rgb24", bytes(colours), drawn["time"])

    def _call(self, method, **parameters):
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": parameters}
        if hasattr(self, "session"):
            message["sessionId"] = self.session
        os.write(self.ask, json.dumps(message).encode() + b"\0")
        answer = self._until(lambda message: message.get("id") == number)
        if "error" in answer:
            raise programs.ReaderError(f"Chromium: {method}: {answer['error']}")
        return answer["result"]

    def _until(self, is_it):
        deadline = time.monotonic() + self.TIMEOUT
        while True:
            while b"\0" not in self.unread:
                left = deadline - time.monotonic()
                if left <= 0 or not select.select([self.answers], [], [], left)[0]:
                    raise programs.ReaderError("Chromium does not answer in time")
                more = os.read(self.answers, 1 << 20)
                if not more:
                    raise programs.ReaderError("Chromium has ended by itself")
                self.unread += more
            text, _, self.unread = self.unread.partition(b"\0")
            message = json.loads(text)
            if is_it(message):
                return message
