#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "storage/recovery.hpp"
#include "storage/simulated_file_system.hpp"

namespace warren::storage {

/// Messages for tests: body "<position>:" and filling.
class message_maker {
 public:
  queue_entry entry(position at, std::size_t body_bytes = 20, bool persistent = true, std::uint8_t lane = 0,
                    time_ms enqueued_ms = 1000) {
    std::string body = std::to_string(at) + ":";
    body.resize(std::max(body.size(), body_bytes), 'b');
    queue_entry e;
    e.message = builder_.append({"exchange", "key", {}, body, message::no_expiration, 0, 0});
    e.at = at;
    e.enqueued_ms = enqueued_ms;
    e.flags = persistent ? queue_entry::persistent : 0;
    e.lane = lane;
    return e;
  }
  std::vector<queue_entry> entries(position first, position last, std::size_t body_bytes = 20, bool persistent = true,
                                   std::uint8_t lane = 0) {
    std::vector<queue_entry> out;
    for (position p = first; p <= last; ++p) out.push_back(entry(p, body_bytes, persistent, lane));
    return out;
  }

 private:
  block_builder builder_{4096};
};

inline position position_in(const message& m) { return std::stoull(std::string(m.body().substr(0, m.body().find(':')))); }

template <class T>
T must(result<T> r) {
  if (!r.ok()) FAIL(r.failure().text);
  return std::move(r).value();
}
inline void must(const status& s) {
  if (!s.ok()) FAIL(s.failure().text);
}

/// A node's storage on some file system, from recovery to the end of its scope.
struct opened_node {
  std::unique_ptr<data_directory> directory;
  std::unique_ptr<recovery> reading;
  recovered_node found;

  write_ahead_log& log() { return *found.log; }
  segment_store& store() { return *found.store; }
};

inline opened_node open_node(file_system& fs, const storage_options& options = {}, const std::string& path = "/data") {
  opened_node n;
  n.directory = must(data_directory::open(fs, path));
  n.reading = must(recovery::read(*n.directory, options));
  n.found = must(n.reading->finish([](queue_id) { return true; }));
  return n;
}

inline storage_options small_files() {
  storage_options o;
  o.log_file_bytes = 16 * 1024;
  o.first_log_file_bytes = 4 * 1024;
  o.segment_bytes = 8 * 1024;
  o.open_files = 3;
  return o;
}

/// Positions of everything in a lane, in the order in which loads give it.
inline std::vector<position> load_all(segment_store& store, queue_id queue, std::uint8_t lane = 0, std::uint32_t at_once = 7) {
  std::vector<position> out;
  load_request r{lane, 1, ~position{0} - 1, at_once, 1u << 20};
  while (true) {
    const load_result loaded = must(store.load(queue, r));
    for (const loaded_message& m : loaded.messages) {
      CHECK(position_in(*m.message) == m.at);
      out.push_back(m.at);
    }
    if (!loaded.more_in_range) return out;
    REQUIRE_FALSE(loaded.messages.empty());
    r.from = loaded.messages.back().at + 1;
  }
}

inline std::vector<position> positions(position first, position last) {
  std::vector<position> out;
  for (position p = first; p <= last; ++p) out.push_back(p);
  return out;
}

}  // namespace warren::storage
