// Result<T>: a value or an Error. Expected failures (network, input, overload, absence) are values
// of this type; bugs are CHECK (check.h). Plain value types, no thread rule.
//
// The member names are those of C++23's std::expected, so that the alias can be swapped in when the
// compiler floor moves.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "connect/base/check.h"

namespace chat::base {

// What a caller can do about a failure; the message is for people.
enum class Code {
  kInvalid,      // the input can never succeed as it is
  kNotFound,     // what was asked for does not exist
  kConflict,     // the state was not what the caller expected; read it again
  kOverloaded,   // nothing was taken on; try again later
  kUnavailable,  // outcome unknown, or a part is away; try again with the same key
  kCorrupt,      // stored bytes are not what was written; never served
  kInternal,     // a bug, or a system call failed in a way that nobody planned for
};

struct Error {
  Code code = Code::kInternal;
  std::string message;
};

// Wraps an error for conversion into any Result<T, E>.
template <typename E>
struct Unexpected {
  E error;
};
template <typename E>
Unexpected(E) -> Unexpected<E>;

inline Unexpected<Error> unexpected(Code code, std::string message) {
  return {Error{code, std::move(message)}};
}

template <typename T, typename E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = E;

  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
  template <typename F>
  Result(Unexpected<F> failure)  // NOLINT: implicit by design
      : state_(std::in_place_index<1>, E(std::move(failure.error))) {}

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  // value() and error() CHECK that the other is not held.
  T& value() & { return checked(); }
  const T& value() const& { return const_cast<Result*>(this)->checked(); }
  T&& value() && { return std::move(checked()); }
  T& operator*() & { return checked(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(checked()); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &value(); }
  E& error() {
    CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }
  const E& error() const {
    CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }

 private:
  T& checked() {
    CHECK(has_value());
    return *std::get_if<0>(&state_);
  }

  std::variant<T, E> state_;
};

// Success without a value.
struct Unit {
  bool operator==(const Unit&) const = default;
};
template <typename E = Error>
using StatusOf = Result<Unit, E>;
using Status = Result<Unit>;

inline Status ok() { return Unit{}; }

}  // namespace chat::base

// TRY(expression): returns the error from the enclosing function, or goes on.
// TRY_ASSIGN(declaration, expression): the same, and binds the value.
#define CONNECT_CONCAT_(a, b) a##b
#define CONNECT_CONCAT(a, b) CONNECT_CONCAT_(a, b)
#define TRY(expression)                                               \
  do {                                                                \
    if (auto try_result = (expression); !try_result)                  \
      return ::chat::base::Unexpected{std::move(try_result.error())}; \
  } while (false)
#define TRY_ASSIGN(declaration, expression)                                                    \
  auto CONNECT_CONCAT(try_result_, __LINE__) = (expression);                                   \
  if (!CONNECT_CONCAT(try_result_, __LINE__))                                                  \
    return ::chat::base::Unexpected{std::move(CONNECT_CONCAT(try_result_, __LINE__).error())}; \
  declaration = std::move(*CONNECT_CONCAT(try_result_, __LINE__))
