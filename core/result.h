// Errors as values: what a function of core/ returns when it can fail.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace livephoto {

enum class ErrorCode {
  InvalidInput,  // the caller handed us something the format cannot express
  Unsupported,   // valid, but this build or a library cannot do it
  Encoder,       // libheif, x265 or libjpeg refused
  Metadata,      // exiv2 refused
  Io,            // opening, writing or renaming a file
  NoSpace,       // the file system is full
};

struct Error {
  ErrorCode code;
  std::string message;  // one sentence for the user: what is wrong, and what to do
  std::string detail;   // what a library or the system said, for the log
};

// The subset of std::expected<T, Error> this project needs, spelled the same
// way, so that the alias can become std::expected when the toolchain has it.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(Error error) : state_(std::move(error)) {}

  explicit operator bool() const { return std::holds_alternative<T>(state_); }
  T& operator*() & { return std::get<T>(state_); }
  const T& operator*() const& { return std::get<T>(state_); }
  T&& operator*() && { return std::get<T>(std::move(state_)); }
  T* operator->() { return &std::get<T>(state_); }
  const T* operator->() const { return &std::get<T>(state_); }
  const Error& error() const { return std::get<Error>(state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : state_(std::move(error)) {}

  explicit operator bool() const { return std::holds_alternative<std::monostate>(state_); }
  const Error& error() const { return std::get<Error>(state_); }

 private:
  std::variant<std::monostate, Error> state_;
};

}  // namespace livephoto
