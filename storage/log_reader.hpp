#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/file_system.hpp"
#include "storage/frame.hpp"
#include "storage/log_format.hpp"
#include "storage/write_ahead_log.hpp"

namespace warren::storage {

/// One file of the log, read whole.
struct log_file_content {
  log_file_header header;
  std::uint64_t slot = 0;
  std::uint64_t bytes = 0;        ///< size on disk
  std::uint64_t end = 0;          ///< of the last frame that counts
  std::string path;
  std::unique_ptr<char[]> content;
  std::vector<frame_view> frames;

  /// each(log_entry, char* payload, std::size_t bytes) → bool, over all frames.
  template <class F>
  [[nodiscard]] status for_each(F&& each) const {
    for (const frame_view& f : frames)
      if (!for_each_log_entry(content.get() + f.offset + sizeof(frame_header), f.payload.size(), each))
        return fail(reply_code::internal_error, path + ": malformed entry in the frame at offset " + std::to_string(f.offset));
    return success{};
  }
};

struct log_content {
  std::vector<log_file_content> files;   ///< live ones, ascending by id
  std::vector<log_spare> spares;
  std::uint64_t newest = 0;              ///< highest id seen, live or not
  std::uint64_t next_slot = 1;
  std::vector<std::string> notes;        ///< damage that was accepted
  std::vector<std::string> unreadable;   ///< paths of files without a sound header, accepted as well
};

struct log_reading {
  std::uint64_t incarnation = 0;
  std::uint64_t start = 0;        ///< of the node that reads: no file was begun by a later one
  std::uint64_t from = 0;         ///< files below this id are known to be settled: not read, spare
  bool accept_damage = false;
};

/// Reads what is live of a log directory. A torn tail is cut off silently, and so is a file that a crash left behind before its
/// first sync, with half a header: it is a spare. Damage (a bad frame although a later one says that it was synced, a missing or
/// shortened file, an unreadable header of a file that may have been synced) is an error that names file and offset, says
/// what can be done, and with accept_damage becomes a note instead.
[[nodiscard]] result<log_content> read_log(file_system&, const std::string& directory, const log_reading&);

}  // namespace warren::storage
