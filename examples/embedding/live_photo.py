#!/usr/bin/env python3
"""Makes a Live Photo inside an application: a pipeline around livephotosink, and a bus watch.

    live_photo.py VIDEO NAME [START]     writes NAME.HEIC and NAME.MOV, from START seconds on

Ctrl-C ends it at once; then neither file is there.
"""

import signal
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402


class LivePhoto:

    def __init__(self, video, name, start=None):
        self.status = 1
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.Pipeline()
        source, parse, self.sink = (self.add(element) for element in ("filesrc", "parsebin", "livephotosink"))
        source.props.location = video
        self.sink.props.location = name
        if start is not None:
            self.sink.props.start_time = int(start * Gst.SECOND)
        source.link(parse)
        parse.connect("pad-added", self.take_stream)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message", self.hear)

    def add(self, factory):
        element = Gst.ElementFactory.make(factory)
        if element is None:
            sys.exit(f"There is no {factory}; GST_PLUGIN_PATH must name the folder of libgstlivephoto.so.")
        self.pipeline.add(element)
        return element

    def take_stream(self, parse, pad):
        """Picture and sound go to the sink; every other stream is drained."""
        kind = pad.query_caps().get_structure(0).get_name().partition("/")[0]
        into = self.sink.get_static_pad(kind) if kind in ("video", "audio") else None
        if into is None or into.is_linked() or pad.link(into) != Gst.PadLinkReturn.OK:
            drain = self.add("fakesink")
            drain.set_property("async", False)
            pad.link(drain.get_static_pad("sink"))
            drain.sync_state_with_parent()

    def hear(self, _bus, message):
        if message.type == Gst.MessageType.ELEMENT and message.has_name("live-photo-written"):
            said = message.get_structure()
            print(said.get_string("still-location"), said.get_string("movie-location"), sep="\n")
            self.status = 0
        elif message.type == Gst.MessageType.ERROR:
            print(message.parse_error().gerror.message, file=sys.stderr)  # one sentence: what is wrong, what to do
            self.status = 1
            self.loop.quit()
        elif message.type == Gst.MessageType.EOS:
            self.loop.quit()

    def run(self):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, self.loop.quit)
        self.pipeline.set_state(Gst.State.PLAYING)  # what fails is said on the bus
        self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)
        return self.status


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("Usage: live_photo.py VIDEO NAME [START]")
    Gst.init(None)
    sys.exit(LivePhoto(sys.argv[1], sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else None).run())
