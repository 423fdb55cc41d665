// The checks on a request's head that a parser made for leniency leaves out: whatever could make
// two parties disagree about where a request ends is refused. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chat::gateway {

struct HeadFailure {
  int status;
  std::string message;
};

// `head` reaches from the request line to the empty line, both included, and ends in CRLF CRLF.
std::optional<HeadFailure> check_head(std::string_view head);

// The same for the beginning of a head whose end has not come: whether it can still become one.
std::optional<HeadFailure> check_partial_head(std::string_view head);

// RFC 9110's token characters: what methods and header names are made of.
bool is_token(std::string_view text);

// Whether the text may stand in a header's value: no control characters but the tabulator.
bool is_field_text(std::string_view text);

}  // namespace chat::gateway
