// One answer to an ALLOCATION query from those of several peers.
#pragma once

#include <gst/gst.h>

#include <initializer_list>

namespace livephoto::gst {

// Asks the peers of `sources` what they would answer to `query`, and answers
// with what suits all of them: only metas that each knows, the first peer's
// parameters, the largest pool, and `extra_buffers` more for frames that are
// held back. A pad without a peer is not asked; FALSE if none has one.
bool answer_allocation(
    GstQuery* query, std::initializer_list<GstPad*> sources, guint extra_buffers);

}  // namespace livephoto::gst
