// StaticFiles: which file of the web app a call asks for, and its answer: in the coding that the
// browser takes, with what it may keep and what the page may do.
// Thread rule: immutable after construction; any thread.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "connect/gateway/http.h"

namespace chat::gateway {

// Its bytes and texts outlive the gateway.
struct StaticFile {
  std::string_view path;  // "/index.html" is also what "/" and the app's own routes show
  std::string_view content_type;
  std::string_view digest;    // of `plain`; empty: browsers cannot ask whether it has changed
  bool is_immutable = false;  // other content would have another path
  std::string_view plain;
  std::string_view brotli;  // of the same content; empty: there is none
  std::string_view gzip;
};

enum class Coding { kPlain, kBrotli, kGzip };

// What the request's Accept-Encoding wants most of what the file has; the smallest of equals. Plain
// when it wants nothing of it.
Coding coding_for(const HttpRequest& request, const StaticFile& file);

class StaticFiles {
 public:
  explicit StaticFiles(const std::vector<StaticFile>& files);

  // Null: nothing is at this path.
  [[nodiscard]] const StaticFile* find(const HttpRequest& request) const;
  // To a GET or HEAD.
  static HttpAnswer answer(const StaticFile& file, const HttpRequest& request);

 private:
  std::unordered_map<std::string_view, StaticFile> files_;  // by path
};

}  // namespace chat::gateway
