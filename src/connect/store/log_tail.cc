#include "connect/store/log_tail.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "connect/base/log.h"
#include "connect/store/files.h"

namespace chat::store {
namespace {

namespace fs = std::filesystem;

// The format (rocksdb/db/log_format.h): blocks of 32 KiB; in them fragments of records, none of
// which crosses into the next block; what is left of a block, too short for a header, is zeros.
//
//     4 bytes  CRC32C of the type and what follows it, masked
//     2 bytes  length of what follows the header
//     1 byte   type: a record whole, or its first, a middle or its last fragment
//
// A record is a batch of writes (rocksdb/db/write_batch.cc):
//
//     8 bytes  sequence number of its first write
//     4 bytes  number of writes; the next batch's sequence number is higher by this
//
// Numbers are little-endian. Other types are of options that the store does not use.
constexpr size_t kBlockBytes = 32 * 1024;
constexpr size_t kHeaderBytes = 7;
constexpr size_t kTypeAt = 6;
constexpr size_t kBatchHeadBytes = 12;
constexpr uint8_t kFull = 1;
constexpr uint8_t kFirst = 2;
constexpr uint8_t kMiddle = 3;
constexpr uint8_t kLast = 4;

// What a disk writes whole or not at all.
constexpr size_t kSectorBytes = 512;

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78 : 0);
    table[i] = crc;
  }
  return table;
}
constexpr std::array<uint32_t, 256> kCrcTable = make_crc_table();

uint32_t masked_crc32c(std::string_view bytes) {
  uint32_t crc = 0xffffffff;
  for (const char byte : bytes)
    crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<uint8_t>(byte)) & 0xff];
  return std::rotr(~crc, 15) + 0xa282ead8;
}

uint64_t number_at(std::string_view bytes, size_t at, size_t count) {
  uint64_t number = 0;
  for (size_t i = count; i-- > 0;) number = number << 8 | static_cast<uint8_t>(bytes[at + i]);
  return number;
}

bool is_zeros(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char byte) { return byte == '\0'; });
}

struct Fragment {
  uint8_t type = 0;
  std::string_view content;
  size_t bytes() const { return kHeaderBytes + content.size(); }
};

// Reads a log block by block, in order.
class TailScan final {
 public:
  // Of the file's last block, what there is.
  void take(std::string_view block) {
    size_t at = 0;
    if (!bad_) at = follow_records(block);
    if (bad_) search_records(block, at);
    offset_ += block.size();
  }

  LogTail finish() const {
    using State = LogTail::State;
    if (others_follow_) return {State::kDamagedAmid, whole_};
    if (bad_) return {is_short_ || lacks_sectors_ ? State::kTorn : State::kDamagedLast, whole_};
    return {in_record_ ? State::kTorn : State::kWhole, whole_};
  }

 private:
  // The fragment there; nothing when it is none, or not all of it is there.
  static std::optional<Fragment> fragment_at(std::string_view block, size_t at) {
    if (block.size() - at < kHeaderBytes) return std::nullopt;
    const size_t length = number_at(block, at + 4, 2);
    const auto type = static_cast<uint8_t>(block[at + kTypeAt]);
    if (type < kFull || type > kLast || block.size() - at - kHeaderBytes < length)
      return std::nullopt;
    if (masked_crc32c(block.substr(at + kTypeAt, length + 1)) != number_at(block, at, 4))
      return std::nullopt;
    return Fragment{type, block.substr(at + kHeaderBytes, length)};
  }
  static bool begins_record(const Fragment& fragment) {
    return fragment.type == kFull || fragment.type == kFirst;
  }

  // Up to the block's end, or to what is no fragment or not the one that is due.
  size_t follow_records(std::string_view block) {
    size_t at = 0;
    while (at < block.size() && kBlockBytes - at >= kHeaderBytes) {
      const std::optional<Fragment> fragment = fragment_at(block, at);
      if (!fragment || begins_record(*fragment) == in_record_) {
        bad_ = true;
        head_.clear();
        is_short_ = !fragment && ends_within(block, at);
        return at;
      }
      at += fragment->bytes();
      take_head(*fragment);
      in_record_ = fragment->type == kFirst || fragment->type == kMiddle;
      if (!in_record_) end_record(offset_ + at);
    }
    return at;
  }

  void end_record(uint64_t end) {
    whole_ = end;
    if (head_.size() == kBatchHeadBytes)
      next_sequence_ = number_at(head_, 0, 8) + number_at(head_, 8, 4);
  }

  // The fragment's part of the head of its batch.
  void take_head(const Fragment& fragment) {
    if (begins_record(fragment)) head_.clear();
    head_ += fragment.content.substr(0, kBatchHeadBytes - head_.size());
  }

  // The file ends in the middle of what the header there says.
  static bool ends_within(std::string_view block, size_t at) {
    if (block.size() - at < kHeaderBytes) return true;
    const size_t end = at + kHeaderBytes + number_at(block, at + 4, 2);
    return end > block.size() && end <= kBlockBytes;
  }

  // Whether the fragment begins a record that was written after the bad one, or is the rest of what
  // may be one. A text in the bad one can look like a fragment, so its batch must be numbered as a
  // later one would be: each write takes a byte or more. Without a record before the bad one every
  // number will do.
  bool is_of_later_record(const Fragment& fragment, size_t at) {
    if (!begins_record(fragment) && (at != 0 || head_.empty())) return false;
    take_head(fragment);
    if (head_.size() < kBatchHeadBytes) return false;
    if (!next_sequence_) return true;
    const uint64_t sequence = number_at(head_, 0, 8);
    return sequence > *next_sequence_ && sequence - *next_sequence_ <= offset_ + at - whole_;
  }

  // Looks for the beginning of another record behind a bad one, and for sectors that are missing
  // from that. A bad length does not tell where the next fragment is: it may be anywhere.
  void search_records(std::string_view block, size_t at) {
    for (size_t from = at; from < block.size();) {
      const size_t to = std::min(block.size(), from / kSectorBytes * kSectorBytes + kSectorBytes);
      if (is_zeros(block.substr(from, to - from))) lacks_sectors_ = true;
      from = to;
    }
    for (; at < block.size() && !others_follow_; ++at) {
      const std::optional<Fragment> fragment = fragment_at(block, at);
      others_follow_ = fragment && is_of_later_record(*fragment, at);
    }
  }

  uint64_t offset_ = 0;  // of the block in the file
  uint64_t whole_ = 0;
  bool in_record_ = false;  // its last fragment is still to come
  std::string head_;        // of the latest record's batch, up to kBatchHeadBytes
  std::optional<uint64_t> next_sequence_;
  bool bad_ = false;
  bool is_short_ = false;
  bool lacks_sectors_ = false;
  bool others_follow_ = false;
};

// The log of the highest number: `000123.log`.
std::optional<fs::path> newest_log(const fs::path& directory) {
  std::optional<fs::path> newest;
  uint64_t highest = 0;
  std::error_code none;  // then opening the database says why
  for (const auto& entry : fs::directory_iterator(directory, none)) {
    const std::string name = entry.path().stem().string();
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    const bool is_number = error == std::errc() && end == name.data() + name.size();
    if (entry.path().extension() != ".log" || !is_number || number < highest) continue;
    highest = number;
    newest = entry.path();
  }
  return newest;
}

base::Unexpected<base::Error> damaged(const fs::path& log, const LogTail& tail) {
  std::string message = "the write-ahead log " + log.string() + " is damaged from byte " +
                        std::to_string(tail.whole_bytes) + " on";
  if (tail.state == LogTail::State::kDamagedLast)
    message +=
        ", in its last record, which may have been acknowledged; to go on without it: "
        "truncate -s " +
        std::to_string(tail.whole_bytes) + " " + log.string();
  else
    message += ", and others follow: restore a backup";
  return base::unexpected(base::Code::kCorrupt, std::move(message));
}

}  // namespace

base::Result<LogTail> read_log_tail(const fs::path& log) {
  std::ifstream file(log, std::ios::binary);
  if (!file) return system_error("cannot open", log);
  TailScan scan;
  std::string block(kBlockBytes, '\0');
  while (file.read(block.data(), kBlockBytes), file.gcount() > 0)
    scan.take(std::string_view(block).substr(0, static_cast<size_t>(file.gcount())));
  if (file.bad()) return system_error("cannot read", log);
  return scan.finish();
}

base::Status drop_torn_tail(const fs::path& directory) {
  const std::optional<fs::path> log = newest_log(directory);
  if (!log) return base::ok();
  TRY_ASSIGN(const LogTail tail, read_log_tail(*log));
  if (tail.state == LogTail::State::kWhole) return base::ok();
  if (tail.state != LogTail::State::kTorn) return damaged(*log, tail);
  std::error_code error;
  const uint64_t size = fs::file_size(*log, error);
  if (!error) fs::resize_file(*log, tail.whole_bytes, error);
  if (error)
    return base::unexpected(base::Code::kUnavailable,
                            "cannot cut " + log->string() + ": " + error.message());
  TRY(sync_path(*log));
  base::log_warning("torn record of the write-ahead log dropped",
                    {{"file", log->string()},
                     {"kept_bytes", tail.whole_bytes},
                     {"dropped_bytes", size - tail.whole_bytes}});
  return base::ok();
}

}  // namespace chat::store
