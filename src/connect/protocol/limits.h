// Every bound of the protocol, with the arithmetic beside it. Sizes in bytes, times in
// milliseconds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace chat::protocol {

// One request, as a WebSocket message or an HTTP body. The largest send: 16 KiB of text, where JSON
// may escape a byte as 6 (`\u0000`) but a sane client doubles at most (32 KiB), 10 attachments of
// 2.2 KB (22 KB), meta 4 KiB: 58 KB, so 64 KiB.
inline constexpr size_t kMessageBytesMax = 64 * 1024;
inline constexpr size_t kTextBytesMax = 16 * 1024;
inline constexpr size_t kMetaBytesMax = 4 * 1024;
inline constexpr size_t kAttachmentsMax = 10;
inline constexpr size_t kUrlBytesMax = 2 * 1024;
inline constexpr size_t kAttachmentTextBytesMax = 255;  // type, name
inline constexpr size_t kEmojiBytesMax = 32;
inline constexpr size_t kTitleBytesMax = 256;
inline constexpr size_t kTopicBytesMax = 1024;
inline constexpr size_t kUserBytesMax = 128;
inline constexpr size_t kChatBytesMax = 64;
inline constexpr size_t kDeviceBytesMax = 128;
inline constexpr size_t kAgentBytesMax = 256;
inline constexpr size_t kJsonDepthMax = 32;

// The last moment that has an id below 2^53: 2^42 - 1, in the year 2109.
inline constexpr uint64_t kMomentMaxMs = (uint64_t{1} << 42) - 1;

inline constexpr uint32_t kPageDefault = 50;
inline constexpr uint32_t kPageMax = 200;
inline constexpr uint32_t kUsersPerChangeMax = 100;
inline constexpr uint32_t kWatchUsersMax = 200;
inline constexpr uint32_t kMembersMax = 100'000;
inline constexpr uint32_t kReceiptsMembersMax = 100;  // marks are pushed in chats up to this size
inline constexpr uint32_t kSyncChatsPerBatch = 50;
// `"` 64 `":{"after":` 16 digits `},` is 94 bytes at most: 500 chats are 47 KB, which fits a
// message.
inline constexpr uint32_t kSyncNamedChatsMax = 500;
// Distinct emoji on one message; each costs at most 32 + 8 bytes in every page that shows it.
inline constexpr uint32_t kEmojiPerMessageMax = 50;
// Edits of one message, whose ids its overlay keeps: 8 KB.
inline constexpr uint32_t kEditsPerMessageMax = 1000;

inline constexpr int64_t kKeyToleranceMs = 5'000;  // a key may be this much later than its event
inline constexpr int64_t kKeyAgeMaxMs = 30LL * 24 * 3600 * 1000;
inline constexpr int64_t kKeyCheapAgeMs =
    60'000;  // an older key costs a second's worth of the rate
inline constexpr uint64_t kDedupEventsMax =
    20'000;  // events after the key's time that are looked through

inline constexpr int64_t kPingMs = 25'000;
inline constexpr int64_t kHelloTimeoutMs = 10'000;
inline constexpr int64_t kRequestTimeoutMs =
    10'000;                                // an HTTP header or body that does not complete
inline constexpr int64_t kParkMs = 5'000;  // a chat that waits longer is answered `unavailable`
inline constexpr uint32_t kSendsPerSecondDefault = 20;

inline constexpr size_t kHeaderBytesMax = 16 * 1024;
inline constexpr size_t kUriBytesMax = 8 * 1024;

}  // namespace chat::protocol
