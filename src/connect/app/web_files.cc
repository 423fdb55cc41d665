#include "connect/app/web_files.h"

#ifdef CONNECT_WEB_PACK

#include <cstddef>

// All files' bytes, one behind the other.
asm(".section .rodata\n"
    ".global connect_web_pack\n"
    "connect_web_pack:\n"
    ".incbin \"" CONNECT_WEB_PACK
    "\"\n"
    ".byte 0\n"
    ".previous\n");
extern "C" const char connect_web_pack[];

namespace chat::app {
namespace {

// A stretch of the pack; no bytes: there is none.
struct Piece {
  size_t offset;
  size_t size;
};

struct PackedFile {
  const char* path;
  const char* content_type;
  const char* digest;
  bool is_immutable;
  Piece plain;
  Piece brotli;
  Piece gzip;
};

constexpr PackedFile kFiles[] = {
#include "connect/app/web_pack.inc"
};

std::string_view bytes_of(const Piece& piece) {
  return {connect_web_pack + piece.offset, piece.size};
}

}  // namespace

std::vector<gateway::StaticFile> web_files() {
  std::vector<gateway::StaticFile> files;
  for (const PackedFile& file : kFiles) {
    files.push_back({file.path, file.content_type, file.digest, file.is_immutable,
                     bytes_of(file.plain), bytes_of(file.brotli), bytes_of(file.gzip)});
  }
  return files;
}

}  // namespace chat::app

#else

namespace chat::app {

std::vector<gateway::StaticFile> web_files() { return {}; }

}  // namespace chat::app

#endif
