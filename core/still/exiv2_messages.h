// Keeps exiv2 from printing.
#pragma once

#include <exiv2/exiv2.hpp>

namespace livephoto {

// A core library never prints. An application that listens to exiv2 goes on
// doing so: only the handler that writes to standard error is taken out.
inline void silence_exiv2() {
  static const bool once = [] {
    if (Exiv2::LogMsg::handler() == Exiv2::LogMsg::defaultHandler)
      Exiv2::LogMsg::setHandler(nullptr);
    return true;
  }();
  static_cast<void>(once);
}

}  // namespace livephoto
