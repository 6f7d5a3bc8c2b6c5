// Where each frame of a clip lies over one of them, by the motion from frame to frame; internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/homography.h"
#include "core/select/frame_measures.h"
#include "core/select/registration.h"

namespace livephoto::select {

// Of the planes that were measured, all of one size.
struct PlaneSize {
  std::uint32_t width = 0;  // in pixels
  std::uint32_t height = 0;
};

// For each frame the map of its points to where they are seen in the frame number `reference`, in
// pixels from the upper left corner; that one's own is kSamePlace. Where a frame does not follow
// the one before, or a cut is between the two, nothing is known of their motion, and none is taken.
std::vector<Homography> places_over(
    std::span<const FrameMeasures> frames, std::size_t reference, const PlaneSize& size);

// The same with the frames themselves at hand, of which `planes` has one each: every frame is laid
// over the reference directly, where the two have enough in common.
std::vector<Homography> places_over(
    std::span<const FrameMeasures> frames,
    std::span<const KeptPlane> planes,
    std::size_t reference,
    const PlaneSize& size);

// How lively the clip is, from 0 to 1: the mean of what moves beside the camera, as the scores of
// moments have it. 0 of no frames.
double liveliness(std::span<const FrameMeasures> frames);

}  // namespace livephoto::select
